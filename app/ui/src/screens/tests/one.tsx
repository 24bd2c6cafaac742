// One test: what was planned, and by its state what comes next. A running one shows no result.
import { useState } from "preact/hooks";
import {
  type Experiment, type ExperimentSummary, type LiftTestMade, type Reading, deleteExperiment, getExperiment, startExperiment, useExperiment,
} from "../../api/experiments";
import type { Refusal } from "../../api/client";
import type { Model } from "../../api/types";
import { type Stage, changeOf, named, weeksOf } from "../../lib/experiments";
import { day, later } from "../../lib/format";
import { asRefusal, useLoaded } from "../../lib/load";
import { upper } from "../../lib/tell";
import { Loading, Refused } from "../../parts/notice";
import { ReadForm } from "./read-form";
import { Result } from "./result";

interface Props {
  test: ExperimentSummary;
  stage: Stage;
  model: Model;
  changed: () => void;
}

export function One({ test, stage, model, changed }: Props) {
  const [loaded, again] = useLoaded(`${test.id} ${test.status}`, () => getExperiment(test.id));
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const act = (call: () => Promise<unknown>) => {
    setRefusal(null);
    call().then(changed, (error) => setRefusal(asRefusal(error)));
  };
  if (loaded.state === "loading") return <Loading what="Opening the test" />;
  if (loaded.state === "refused") return <Refused refusal={loaded.refusal} retry={again} />;
  const document = loaded.value;
  const currency = model.spec.currency;
  return (
    <div class="one">
      <p>{plannedOf(document, currency)}</p>
      {stage === "draft" && (
        <>
          <p class="quiet">Once it is started, plans leave {test.channel} as it is until the test is over.</p>
          <button type="button" class="button primary" onClick={() => act(() => startExperiment(test.id))}>
            Start {test.name}
          </button>
        </>
      )}
      {stage === "running" && (
        <p>
          It can be read from {day(later(test.ends, 1))} on. Until then no result is shown: who looks early, and stops when
          it looks good, finds effects that are none.
        </p>
      )}
      {stage === "over" && <ReadForm test={document} model={model} read={changed} />}
      {(stage === "read" || stage === "used") && document.reading && document.lift_test && (
        <Result test={document} reading={document.reading as unknown as Reading} made={document.lift_test as LiftTestMade} currency={currency} />
      )}
      {stage === "read" && (
        <>
          <p class="quiet">Used, it becomes evidence that a fit takes into account; this test itself is then closed.</p>
          <button type="button" class="button primary" onClick={() => act(() => useExperiment(test.id))}>
            Use it in the next fit
          </button>
        </>
      )}
      {stage === "used" && <Used test={document} />}
      {refusal && <Refused refusal={refusal} />}
      <Delete test={test} act={act} />
    </div>
  );
}

function plannedOf({ plan, start, ends, channel }: Experiment, currency: string | null | undefined): string {
  const what = upper(changeOf(channel, plan.change, currency));
  const cool = plan.cooldown ? `, of which the last ${plan.cooldown === 1 ? "is" : plan.cooldown} to cool down` : "";
  return `${what} in ${named(plan.treated)}, ${day(start)} to ${day(ends)}: ${weeksOf(plan.weeks + (plan.cooldown ?? 0))}${cool}.`;
}

function Used({ test }: { test: Experiment }) {
  return (
    <>
      <p>It stands as evidence of {test.channel}. The next fit uses it where its model names it.</p>
      <details data-drawer>
        <summary>How a fit names it</summary>
        <p>
          As the lift test <code>{test.lift_test_id}</code>, in <code>lift_tests</code> of the model that is fitted.
        </p>
      </details>
    </>
  );
}

function Delete({ test, act }: { test: ExperimentSummary; act: (call: () => Promise<unknown>) => void }) {
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <p>
        <button type="button" class="link no-print" onClick={() => setAsked(true)}>
          Delete {test.name}
        </button>
      </p>
    );
  }
  return (
    <p role="status">
      Delete it for good?{test.status === "used" && " The evidence that it became remains."}{" "}
      <button type="button" class="button" onClick={() => act(() => deleteExperiment(test.id))}>
        Yes, delete it
      </button>{" "}
      <button type="button" class="button" onClick={() => setAsked(false)}>
        No
      </button>
    </p>
  );
}
