// The caution dial in words, with its price.
import { useEffect, useState } from "preact/hooks";
import type { Interval, Model } from "../../api/types";
import { type Frame, LEVELS, type Question } from "../../lib/question";
import { type Noun, earned } from "../../lib/tell";
import { type Base, baseOf } from "./base";

interface Props {
  model: Model;
  frame: Frame;
  question: Question;
  base: Base;
  noun: Noun;
  setLevel: (level: number) => void;
}

export function Caution({ model, frame, question, base, noun, setLevel }: Props) {
  const found = useLevels(model, frame, question, base);
  const currency = model.spec.currency;
  const here = found[frame.level];
  const bold = found[0];
  return (
    <section class="card">
      <h2>How careful</h2>
      <div class="dial no-print" role="radiogroup" aria-label="How careful">
        {LEVELS.map((level, at) => (
          <label key={level.name} class={at === frame.level ? "chosen" : ""}>
            <input type="radio" name="level" checked={at === frame.level} onChange={() => setLevel(at)} />
            {level.name}
          </label>
        ))}
      </div>
      <p>
        {LEVELS[frame.level]!.name}: {LEVELS[frame.level]!.means}.{" "}
        {frame.level > 0 &&
          (here && bold ? (
            <PriceOf here={here} bold={bold} tell={(value) => earned(value, noun, currency)} />
          ) : (
            <span class="checking">Checking what it costs…</span>
          ))}
      </p>
      <table class="levels">
        <thead>
          <tr>
            <th scope="col">Level</th>
            <th scope="col">Expected</th>
            <th scope="col">In a bad case</th>
          </tr>
        </thead>
        <tbody>
          {LEVELS.map((level, at) => (
            <tr key={level.name} aria-current={at === frame.level ? "true" : undefined}>
              <th scope="row">{level.name}</th>
              <td>{found[at] ? earned(found[at].mean, noun, currency) : "…"}</td>
              <td>{found[at] ? earned(found[at].p5, noun, currency) : "…"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">A bad case: only 1 in 20 is worse.</p>
    </section>
  );
}

function PriceOf({ here, bold, tell }: { here: Interval; bold: Interval; tell: (value: number) => string }) {
  const cost = bold.mean - here.mean;
  const kept = here.p5 - bold.p5;
  const small = 0.02 * Math.max(Math.abs(bold.mean), Math.abs(here.mean));
  if (Math.abs(cost) <= small && Math.abs(kept) <= small) return <>Here it makes little difference.</>;
  return (
    <>
      Beside Bold it {cost >= 0 ? "gives up" : "adds"} about {tell(Math.abs(cost))} of what is expected, and a bad case is{" "}
      {tell(Math.abs(kept))} {kept >= 0 ? "better" : "worse"}.
    </>
  );
}

/** The plan itself is answered first. */
const PAUSE = 1200;

/** What each level's plan earns, judged as the plan on the table is: asked one after another. */
function useLevels(model: Model, frame: Frame, question: Question, base: Base): Record<number, Interval> {
  const [found, setFound] = useState<Record<number, Interval>>({});
  useEffect(() => {
    const order = [frame.level, ...LEVELS.map((_, level) => level).filter((level) => level !== frame.level)];
    let left = false;
    const run = async () => {
      for (const level of order) {
        const { odds } = level === frame.level ? base : await baseOf(model, { ...frame, level }, question);
        if (left) return;
        setFound((before) => ({ ...before, [level]: odds.gain }));
      }
    };
    const timer = setTimeout(() => void run().catch(() => undefined), PAUSE);
    return () => {
      clearTimeout(timer);
      left = true;
    };
  }, []);
  return found;
}
