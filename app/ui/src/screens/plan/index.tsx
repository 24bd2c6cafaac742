// Plan: a question, a plan that can be defended, and numbers to type.
import { useMemo, useState } from "preact/hooks";
import { getScenario } from "../../api/calls";
import type { Model, Scenario } from "../../api/types";
import { day, later } from "../../lib/format";
import { useLoaded } from "../../lib/load";
import { type Frame, type Question, LEVELS, USUAL_LEVEL, type World, frameOf, planOf, worldOf } from "../../lib/question";
import { standing } from "../../lib/standing";
import { WaysOn } from "../../parts/not-ready";
import { Loading, Notice, Refused } from "../../parts/notice";
import { baseOf } from "./base";
import { Questions } from "./questions";
import { Workspace } from "./workspace";

interface Props {
  model: Model;
  models: Model[];
  scenario: string | null;
}

export function Plan(props: Props) {
  const state = standing(props.model, props.models);
  if (state.state === "not-ready") return <NotReady {...props} />;
  return props.scenario ? <Saved {...props} id={props.scenario} /> : <Asked model={props.model} first={{ kind: "same" }} />;
}

function Saved({ model, id }: Props & { id: string }) {
  const [loaded, reload] = useLoaded(id, () => getScenario(id));
  if (loaded.state === "loading") return <Loading what="Opening the saved plan" />;
  if (loaded.state === "refused") return <Refused refusal={loaded.refusal} retry={reload} />;
  const request = loaded.value.request as { plan?: object; horizon?: { weeks: number } } & Record<string, unknown>;
  if (!request.plan) return <Notice title="This is no saved plan" tone="stop" />;
  return (
    <Asked
      model={model}
      first={{ kind: "own", ...planOf(request) }}
      weeks={request.horizon?.weeks ?? 13}
      saved={loaded.value}
      world={worldOf(request)}
    />
  );
}

function Asked(props: { model: Model; first: Question; weeks?: number; saved?: Scenario; world?: World | undefined }) {
  const { model } = props;
  const [first] = useState<Question>(props.first);
  const [question, setQuestion] = useState<Question>(first);
  const [weeks, setWeeks] = useState(props.weeks ?? 13);
  const [level, setLevel] = useState(USUAL_LEVEL);
  const [world, setWorld] = useState(props.world);
  const frame = useMemo<Frame>(() => frameOf(model, weeks, level, world), [model, weeks, level, world]);
  const key = JSON.stringify([model.id, question, frame]);
  const [base, reload] = useLoaded(key, () => baseOf(model, frame, question));
  const end = later(frame.start, 7 * weeks - 1);
  return (
    <article class="plan">
      <h1 tabIndex={-1}>{props.saved ? `Plan: ${props.saved.name}` : "Plan"}</h1>
      <p class="lead">
        {day(frame.start)} to {day(end)}
        {base.state === "there" && `, beside ${REFERENCES[base.value.referenceKind ?? ""] ?? "today's plan"}`}.
      </p>
      <Questions
        model={model}
        question={question}
        weeks={weeks}
        channels={base.state === "there" ? Object.keys(base.value.reference) : []}
        ask={setQuestion}
        setWeeks={(next) => {
          // What an opened plan says week by week is about its own weeks alone.
          setWorld(undefined);
          if (question.kind === "own") setQuestion({ kind: "own", plan: question.plan });
          setWeeks(next);
        }}
      />
      {base.state === "loading" && <Loading what="Looking for the best plan that can be defended" />}
      {base.state === "refused" && <Refused refusal={base.refusal} retry={reload} />}
      {base.state === "there" && (
        <Workspace
          key={key}
          model={model}
          base={base.value}
          frame={frame}
          question={question}
          setLevel={setLevel}
          opened={props.saved && question === first && isOf(frame, props.saved) ? props.saved : null}
        />
      )}
    </article>
  );
}

/** Whether the weeks and the caution are those that the saved plan was judged with. */
function isOf(frame: Frame, saved: Scenario): boolean {
  const { horizon, objective } = saved.request as { horizon: { start: string; weeks: number }; objective?: { risk_aversion?: number } };
  return horizon.start === frame.start && horizon.weeks === frame.weeks && objective?.risk_aversion === LEVELS[frame.level]!.risk;
}

const REFERENCES: Record<string, string> = {
  last_year: "the same weeks of last year",
  last_weeks: "the last weeks",
  given: "the plan that was given",
};

function NotReady({ model, models }: Props) {
  const state = standing(model, models);
  const instead = state.state === "not-ready" ? state.instead : null;
  return (
    <article>
      <h1 tabIndex={-1}>Plan</h1>
      <Notice title="This model is not ready to plan with" tone="stop">
        <p>{state.sentence} A plan from it could lose money, so none is shown.</p>
        <WaysOn model={model} instead={instead} screen="plan" label="Plan with the earlier model" />
      </Notice>
    </article>
  );
}
