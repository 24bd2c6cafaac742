// What the plan earns over today's, how sure that is, and when it comes.
import type { Model, Odds } from "../../api/types";
import { type Plan, total } from "../../lib/budget";
import { listed, money } from "../../lib/format";
import type { Frame } from "../../lib/question";
import { advice, changes, earned, extraOf, finding, nounOf, timing, twentieths } from "../../lib/tell";
import { Refused } from "../../parts/notice";
import type { Base } from "./base";
import type { Live } from "./live";

interface Props {
  base: Base;
  model: Model;
  plan: Plan;
  frame: Frame;
  odds: Live<Odds>;
  /** Spend that can be defended now; null where the plan was typed, or is that of a goal. */
  now: Plan | null;
  test: string[];
  /** Channels whose weeks or regions were typed. */
  shaped: string[];
}

const SHOWN = 4;

export function Outcome({ base, model, plan, odds, now, test, shaped }: Props) {
  const currency = model.spec.currency;
  const found = changes(plan, base.reference);
  const noun = nounOf(base.unit);
  const headline = !found.length && shaped.length
    ? `The same money, at other times or places: ${listed(shaped)}`
    : found.length
    ? finding({ plan, reference: base.reference, gain: odds.answer && !odds.old ? odds.answer.gain : base.odds.gain, noun, currency }, SHOWN)
    : test.length
      ? "Keep today's plan, and test first"
      : "Keep today's plan";
  if (odds.refusal && !odds.answer) return <Refused refusal={odds.refusal} />;
  const answer = odds.answer;
  return (
    <section class="card outcome" aria-live="polite">
      <h2>{headline}.</h2>
      {answer && !odds.old && <p class="advice">{advice({ plan, reference: base.reference, gain: answer.gain, now, test, currency })}</p>}
      {!found.length && !shaped.length && <p>No change of it can be defended yet. What would help is to test, or to wait for more weeks.</p>}
      {answer && (found.length > 0 || shaped.length > 0) && (
        <div class={`figures ${odds.old ? "old" : ""}`}>
          <div>
            <p class="name">{extraOf(noun)}</p>
            <p class="big">{earned(answer.gain.mean, noun, currency)}</p>
            <Range answer={answer} noun={noun} currency={currency} />
            <p class="quiet">{timing(answer, (value) => earned(value, noun, currency))}</p>
          </div>
          <Chances answer={answer} status={base.answer.second_model?.status ?? null} />
        </div>
      )}
      <p class="quiet">
        All together {money(total(plan), currency)}, today {money(total(base.reference), currency)}.{" "}
        {odds.old && <span class="checking">checking…</span>}
        {odds.refusal && <span class="checking">{odds.refusal.message}</span>}
      </p>
    </section>
  );
}

function Range({ answer, noun, currency }: { answer: Odds; noun: ReturnType<typeof nounOf>; currency: string | null | undefined }) {
  const { p5, mean, p95 } = answer.gain;
  const low = Math.min(0, p5);
  const high = Math.max(0, p95) || 1;
  const x = (value: number) => 6 + (268 * (value - low)) / (high - low || 1);
  return (
    <>
      <svg class="range" viewBox="0 0 280 26" aria-hidden="true">
        <line x1={x(0)} x2={x(0)} y1={2} y2={24} class="zero" />
        <line x1={x(p5)} x2={x(p95)} y1={13} y2={13} class="bar" />
        <circle cx={x(mean)} cy={13} r={6} class="dot" />
      </svg>
      <p class="quiet">
        Likely between {earned(p5, noun, currency)} and {earned(p95, noun, currency)}. Counted carefully: only the part of
        each effect that its evidence backs, by the less hopeful of two models.
      </p>
    </>
  );
}

function Chances({ answer, status }: { answer: Odds; status: string | null }) {
  if (answer.chances_in_20 === null) {
    return (
      <div class="odds">
        <p class="name">Chances</p>
        <p>
          None are given: more than a third of the money that moves rests on what could be coincidence. The range beside
          counts that already.
        </p>
      </div>
    );
  }
  return (
    <div class="odds">
      <p class="name">Better than today's plan</p>
      <Dots count={answer.chances_in_20} />
      <p>
        in {answer.chances_in_20} of 20 cases, <em>if the model is right</em>
      </p>
      {answer.second_model !== null ? (
        <>
          <Dots count={twentieths(answer.second_model)} small />
          <p class="quiet">in {twentieths(answer.second_model)} of 20 by a second model, built differently</p>
        </>
      ) : (
        <p class="quiet">{status === "pending" ? "A second model is still being made." : "There is no second model to ask."}</p>
      )}
    </div>
  );
}

export function Dots({ count, small }: { count: number; small?: boolean }) {
  const size = small ? 10 : 15;
  return (
    <svg class={`dots ${small ? "small" : ""}`} viewBox={`0 0 ${size * 10} ${size * 2}`} role="img" aria-label={`${count} of 20`}>
      {Array.from({ length: 20 }, (_, at) => (
        <circle
          key={at}
          cx={size * ((at % 10) + 0.5)}
          cy={size * (Math.floor(at / 10) + 0.5)}
          r={size * 0.36}
          class={at < count ? "full" : "open"}
        />
      ))}
    </svg>
  );
}
