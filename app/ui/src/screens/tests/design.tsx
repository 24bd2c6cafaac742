// The design of a test: what is asked, the search for it, and what was found.
import { useEffect, useRef, useState } from "preact/hooks";
import { type DesignAnswer, type DesignBody, startDesign } from "../../api/experiments";
import { stopOperation } from "../../api/calls";
import { type Refusal, isAborted } from "../../api/client";
import type { Model, Operation } from "../../api/types";
import { regionsOf } from "../../lib/experiments";
import { watch } from "../../lib/events";
import { typed } from "../../lib/format";
import { asRefusal } from "../../lib/load";
import { Unreadable } from "../../parts/drop";
import { Notice } from "../../parts/notice";
import { type Asked, AskedFields, Problem, changeAsked } from "./asked";
import { Designs } from "./designs";
import { type History, HistoryFile } from "./history-file";

export interface DesignProps {
  model: Model;
  channels: string[];
  first: Asked;
  planned: (id: string) => void;
}

export function Design({ model, channels, first, planned }: DesignProps) {
  const [asked, setAsked] = useState(first);
  const [most, setMost] = useState("");
  const [kept, setKept] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState("");
  const [history, setHistory] = useState<History | null>(null);
  const search = useSearch();
  const regions = regionsOf(model);
  const submit = (event: Event) => {
    event.preventDefault();
    const change = changeAsked(asked);
    const plan = asked.change === "plan" ? typed(asked.add) : null;
    const limit = most.trim() ? typed(most) : null;
    const allowed = regions.filter((name) => !kept.includes(name));
    const missing = change === null && plan === null
      ? "Type the amount a week, such as 5,000."
      : most.trim() && limit === null
        ? "Type what it may cost as an amount, such as 10,000, or leave it empty."
        : lacking(regions.length ? allowed : null, history);
    setProblem(missing);
    if (missing) return;
    search.start({
      model_id: model.id, channel: asked.channel, change, plan, weeks: [asked.weeks], most_cost: limit,
      geos: kept.length ? allowed : null, history,
    });
  };
  return (
    <>
      {!regions.length && (
        <>
          <p>
            A design needs to know how sales of the regions move: a table with a row for each day or week and region, without
            any test in it, as long as you have it.
          </p>
          <HistoryFile sales={model.spec.kpi.column} history={history} set={setHistory} />
        </>
      )}
      <form class="no-print" onSubmit={submit}>
        <div class="answerline">
          <AskedFields asked={asked} channels={channels} currency={model.spec.currency} set={setAsked} withPlan />
          <label>
            May cost at most{" "}
            <input type="text" inputMode="decimal" size={9} value={most} placeholder="no limit" onInput={(event) => setMost(event.currentTarget.value)} />
          </label>
          <button type="submit" class="button primary" disabled={search.state.at === "running"}>
            Find the design
          </button>
        </div>
        {regions.length > 0 && (
          <details>
            <summary>Regions that may be treated: {kept.length ? `${regions.length - kept.length} of ${regions.length}` : "all"}</summary>
            <div class="choices regions">
              {regions.map((name) => (
                <label key={name}>
                  <input
                    type="checkbox"
                    checked={!kept.includes(name)}
                    onChange={() => setKept(kept.includes(name) ? kept.filter((each) => each !== name) : [...kept, name])}
                  />
                  {name}
                </label>
              ))}
            </div>
          </details>
        )}
        <Problem told={problem} />
      </form>
      {search.state.at === "running" && <Searching operation={search.state.operation} cancel={search.cancel} />}
      {search.state.at === "refused" && (
        <Unreadable refusal={search.state.refusal} title="No design of this test" then="Change what is asked, and look again." />
      )}
      {search.state.at === "ended" && (
        <Notice title={search.state.operation.status === "cancelled" ? "The search was cancelled" : "No design was found"} tone="stop">
          <p>{search.state.operation.error?.detail ?? "Nothing was kept."}</p>
        </Notice>
      )}
      {search.state.at === "found" && (
        <Designs key={search.state.id} model={model} found={search.state.answer} planned={planned} />
      )}
    </>
  );
}

/** What is missing of the regions: those of the model that may be treated, or a table of them. */
function lacking(allowed: readonly string[] | null, history: History | null): string {
  if (allowed) return allowed.length ? "" : "Allow at least one region to be treated.";
  if (!history) return "Drop a table of sales by region first.";
  return history.date && history.geo && history.kpi ? "" : "Say which column holds the day or week, the region and the sales.";
}

function Searching({ operation, cancel }: { operation: Operation | null; cancel: () => void }) {
  const percent = Math.round(100 * (operation?.progress ?? 0));
  return (
    <div class="searching">
      <p role="status">
        {operation && operation.status !== "queued" ? "Trying designs on what happened before, where nothing was done" : "Waiting for its turn"}
      </p>
      <progress max={100} value={percent} aria-label="How far the search is">
        {percent} %
      </progress>
      <button type="button" class="button" disabled={!operation} onClick={cancel}>
        Cancel
      </button>
    </div>
  );
}

type State =
  | { at: "idle" }
  | { at: "running"; operation: Operation | null }
  | { at: "refused"; refusal: Refusal }
  | { at: "ended"; operation: Operation }
  | { at: "found"; id: string; answer: DesignAnswer };

/** One search at a time; it is left alone when the screen is left. */
function useSearch() {
  const [state, setState] = useState<State>({ at: "idle" });
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const start = (body: Partial<DesignBody>) => {
    abort.current?.abort();
    const { signal } = (abort.current = new AbortController());
    setState({ at: "running", operation: null });
    const run = async () => {
      const first = await startDesign(body);
      if (signal.aborted) return;
      setState({ at: "running", operation: first });
      const ended = await watch(first.id, (operation) => setState({ at: "running", operation }), signal);
      if (ended.status !== "succeeded") return setState({ at: "ended", operation: ended });
      const { design } = ended.result as unknown as { design: DesignAnswer };
      setState({ at: "found", id: ended.id, answer: design });
    };
    run().catch((error) => isAborted(error) || setState({ at: "refused", refusal: asRefusal(error) }));
  };
  const cancel = () => {
    if (state.at === "running" && state.operation) {
      stopOperation(state.operation.id, "cancel").catch((error) => setState({ at: "refused", refusal: asRefusal(error) }));
    }
  };
  return { state, start, cancel };
}
