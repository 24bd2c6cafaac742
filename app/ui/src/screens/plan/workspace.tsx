// The plan on the table: typed numbers, what they earn, and what to do with it.
import { useMemo, useState } from "preact/hooks";
import type { Model, Scenario } from "../../api/types";
import { type Plan, type Rule, withAmount } from "../../lib/budget";
import { type PartRule, type Shapes, sharesOf, sumOf, withPart } from "../../lib/parts";
import type { Frame, Question } from "../../lib/question";
import { nounOf } from "../../lib/tell";
import { Notice } from "../../parts/notice";
import { type Base, groups } from "./base";
import { Caution } from "./caution";
import { Details } from "./details";
import { useOdds, useWhole } from "./live";
import { Outcome } from "./outcome";
import { HandOn } from "./hand-on";
import { Money } from "./money-table";
import { type Kind, PartsTable, usualOf } from "./parts-table";
import { Obstacles, OutOfReach, WeakEvidence } from "./states";

interface Props {
  model: Model;
  base: Base;
  frame: Frame;
  question: Question;
  setLevel: (level: number) => void;
  opened: Scenario | null;
}

export function Workspace({ model, base, frame, question, setLevel, opened }: Props) {
  const sorted = useMemo(() => groups(base), [base]);
  const [plan, setPlan] = useState(base.plan);
  const [locked, setLocked] = useState<ReadonlySet<string>>(() => new Set(sorted.hold));
  const [rule, setRule] = useState<Rule>("same-total");
  const [shapes, setShapes] = useState<Shapes>(question.kind === "own" ? (question.shapes ?? {}) : {});
  const [limited, setLimited] = useState<string | null>(null);
  const beyond = Object.keys(plan).filter((name) => plan[name]! > 1.000001 * most(base, name));
  const explore = beyond.length > 0 || question.kind === "own";
  const odds = useOdds(model, frame, plan, explore, shapes);
  const whole = useWhole(model, frame, plan, explore, shapes);
  const today = useWhole(model, frame, base.reference, false);
  const usual = useMemo(
    () => (today.answer && whole.answer ? usualOf(today.answer, whole.answer) : null),
    [today.answer, whole.answer],
  );
  const shaped = Object.keys(shapes).filter((name) => plan[name]! > 0);
  const noun = nounOf(base.unit);
  const test = base.moves?.test_first.map((each) => each.channel) ?? [];

  const type = (name: string, spend: number) => {
    const next = withAmount(plan, name, spend, locked, rule);
    setPlan(next.plan);
    setLimited(next.limited);
  };
  const typePart = (name: string, kind: Kind, amounts: readonly number[], at: readonly number[], value: number, partRule: PartRule) => {
    const typed = withPart(amounts, at, value, partRule);
    const sum = sumOf(typed.amounts);
    const next = partRule === "channel-stays" ? { plan, limited: null } : withAmount(plan, name, sum, locked, rule);
    const shares = sharesOf(typed.amounts);
    const shape = kind === "weeks" ? { weeks: shares } : { regions: Object.fromEntries(usual!.names.map((region, position) => [region, shares[position]!])) };
    setPlan(next.plan);
    setShapes({ ...shapes, [name]: { ...shapes[name], ...shape } });
    setLimited(typed.limited ?? next.limited);
  };
  const lock = (name: string) => {
    const next = new Set(locked);
    if (!next.delete(name)) next.add(name);
    setLocked(next);
  };
  return (
    <>
      {base.outOfReach && <OutOfReach missed={base.outOfReach} />}
      <WeakEvidence model={model} base={base} />
      <Outcome base={base} model={model} plan={plan} frame={frame} odds={odds} now={plan === base.plan && !shaped.length ? defended(base, question) : null} test={test} shaped={shaped} />
      <Money
        model={model}
        base={base}
        plan={plan}
        groups={sorted}
        locked={locked}
        rule={rule}
        odds={odds}
        beyond={beyond}
        limited={limited}
        goal={question.kind === "goal"}
        type={type}
        lock={lock}
        setRule={setRule}
        reset={() => {
          setPlan(base.plan);
          setShapes(question.kind === "own" ? (question.shapes ?? {}) : {});
          setLimited(null);
        }}
      />
      <PartsTable
        plan={plan}
        shapes={shapes}
        usual={usual}
        frame={frame}
        locked={locked}
        currency={model.spec.currency}
        type={typePart}
        clear={() => setShapes({})}
      />
      {/* A given plan has no limits, and what a goal costs is not weighed by caution. */}
      {question.kind !== "own" && question.kind !== "goal" && (
        <div class="two">
          <Caution model={model} frame={frame} question={question} base={base} setLevel={setLevel} noun={noun} />
          <Obstacles base={base} currency={model.spec.currency} />
        </div>
      )}
      {odds.answer && (
        <HandOn
          model={model}
          frame={frame}
          plan={plan}
          base={base}
          odds={odds.answer}
          old={odds.old}
          test={test}
          shapes={shapes}
          opened={opened}
        />
      )}
      {whole.refusal && !whole.answer ? (
        <Notice title="The details could not be read">
          <p>{whole.refusal.message}</p>
        </Notice>
      ) : (
        <Details base={base} whole={whole} frame={frame} />
      )}
    </>
  );
}

/** What of the plan of a question can be done now; null for a goal, which is reached or not. */
function defended(base: Base, question: Question): Plan | null {
  if (question.kind === "goal" || !base.moves) return null;
  return { ...base.reference, ...Object.fromEntries(base.moves.do_now.map((move) => [move.channel, move.to])) };
}

/** The most of a channel that the data support over these weeks; no limit where that is not known. */
export const most = (base: Base, name: string): number =>
  base.answer.supported?.channels[name]?.most ?? Number.POSITIVE_INFINITY;
