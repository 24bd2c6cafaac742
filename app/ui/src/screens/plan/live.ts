// The figures of a plan while it is typed: the last answer wins, an old one is marked as old.
import { useEffect, useRef, useState } from "preact/hooks";
import { askOdds, evaluate } from "../../api/calls";
import { type Refusal, isAborted } from "../../api/client";
import type { Evaluation, Model, Odds } from "../../api/types";
import type { Plan } from "../../lib/budget";
import { asRefusal } from "../../lib/load";
import type { Shapes } from "../../lib/parts";
import { type Frame, planBody } from "../../lib/question";

const ODDS_PAUSE = 90;
const WHOLE_PAUSE = 900;

export interface Live<Answer> {
  answer: Answer | null;
  old: boolean;
  refusal: Refusal | null;
}

interface Kept<Answer> {
  key: string | null;
  answer: Answer | null;
  refusal: Refusal | null;
}

function useAnswer<Answer>(key: string, pause: number, ask: (signal: AbortSignal) => Promise<Answer>): Live<Answer> {
  const [kept, setKept] = useState<Kept<Answer>>({ key: null, answer: null, refusal: null });
  const first = useRef(true);
  useEffect(() => {
    const abort = new AbortController();
    const start = () =>
      ask(abort.signal).then(
        (answer) => !abort.signal.aborted && setKept({ key, answer, refusal: null }),
        (error) => {
          if (!isAborted(error) && !abort.signal.aborted) setKept((before) => ({ ...before, refusal: asRefusal(error) }));
        },
      );
    const timer = setTimeout(start, first.current ? 0 : pause);
    first.current = false;
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key]);
  return { answer: kept.answer, old: kept.key !== key, refusal: kept.refusal };
}

/** How the plan compares with today's: asked at each change. */
export function useOdds(model: Model, frame: Frame, plan: Plan, explore: boolean, shapes: Shapes): Live<Odds> {
  const body = planBody(model, frame, plan, explore, shapes);
  return useAnswer(`${model.id} ${JSON.stringify(body)}`, ODDS_PAUSE, (signal) => askOdds(model.id, body, signal));
}

/** All else about the plan, once the typing pauses. */
export function useWhole(model: Model, frame: Frame, plan: Plan, explore: boolean, shapes: Shapes = {}): Live<Evaluation> {
  const body = planBody(model, frame, plan, explore, shapes);
  return useAnswer(`${model.id} ${JSON.stringify(body)}`, WHOLE_PAUSE, (signal) => evaluate(model.id, body, signal));
}
