// A running fit: its stage, how far it is, how long it still takes; and what it ends in.
import { useEffect, useState } from "preact/hooks";
import { stopOperation } from "../../api/calls";
import { isAborted } from "../../api/client";
import type { Refusal } from "../../api/client";
import type { Operation } from "../../api/types";
import { watch } from "../../lib/events";
import { asRefusal } from "../../lib/load";
import { hashOf } from "../../lib/route";
import { Notice, Refused } from "../../parts/notice";
import { FirstLook } from "./first-look";

const STAGES: Record<string, string> = {
  validating: "Checking the table",
  compiling: "Preparing the model",
  first_look: "Taking a first look",
  warmup: "Finding the way",
  sampling: "Weighing what is possible",
  checking: "Checking the result",
  storing: "Storing the model",
};

export function Fitting({ operation: first, done }: { operation: Operation; done: () => void }) {
  const [operation, setOperation] = useState(first);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    watch(first.id, setOperation, abort.signal).then(
      (ended) => ended.status === "succeeded" && done(),
      (error) => isAborted(error) || setRefusal(asRefusal(error)),
    );
    return () => abort.abort();
  }, [first.id]);
  if (refusal) return <Refused refusal={refusal} />;
  if (operation.status === "succeeded") {
    const result = operation.result as { model_id?: string; first_look?: { summary: string } } | null;
    const model = String(result?.model_id ?? "");
    return (
      <Notice title="The model is there">
        {result?.first_look && <p>{result.first_look.summary}</p>}
        <p>
          <a class="button primary" href={hashOf({ screen: "home", model })}>
            See what to do
          </a>{" "}
          <a class="button" href={hashOf({ screen: "happened", model })}>
            See what happened
          </a>
        </p>
      </Notice>
    );
  }
  if (operation.status === "failed" || operation.status === "cancelled") {
    return (
      <Notice title={operation.status === "failed" ? "The fit failed" : "The fit was cancelled"} tone="stop">
        <p>{operation.error?.detail ?? "Nothing was kept."}</p>
      </Notice>
    );
  }
  const percent = Math.round(100 * operation.progress);
  const look = operation.first_look;
  return (
    <>
      <section class="card" aria-live="polite">
        <h2>{operation.status === "queued" ? "Waiting for its turn" : (STAGES[operation.stage ?? ""] ?? "Fitting")}</h2>
        <progress max={100} value={percent} aria-label="How far the fit is">
          {percent} %
        </progress>
        <p class="quiet">
          {percent} %{operation.eta_seconds !== null && `, about ${duration(operation.eta_seconds)} left`}. You can leave
          this page: the fit goes on.
        </p>
        <button type="button" class="button" onClick={() => void stopOperation(operation.id, "cancel").then(setOperation)}>
          Cancel
        </button>
        {look?.note && <p class="quiet">{`${look.note[0]!.toUpperCase()}${look.note.slice(1)}.`}</p>}
      </section>
      {look?.model_id && <FirstLook key={look.model_id} id={look.model_id} />}
    </>
  );
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} seconds`;
  return `${Math.round(seconds / 60)} minutes`;
}
