// The tests that were planned: how each stands, and what can be done with it now.
import { useEffect, useState } from "preact/hooks";
import { type ExperimentSummary, MOST_LISTED, listExperiments } from "../../api/experiments";
import type { Model } from "../../api/types";
import { csv, download } from "../../lib/csv";
import { stageOf, stageWords, todayOf } from "../../lib/experiments";
import { useLoaded } from "../../lib/load";
import { Loading, Refused } from "../../parts/notice";
import { One } from "./one";

export function Mine({ model, planned }: { model: Model; planned: string | null }) {
  const [loaded, reload] = useLoaded("experiments", listExperiments);
  useEffect(() => {
    if (planned) reload();
  }, [planned]);
  const items = loaded.state === "there" ? loaded.value.items : [];
  return (
    <section class="card">
      <div class="tablehead">
        <h2>Your tests</h2>
        {items.length > 0 && (
          <button type="button" class="link no-print" aria-label="CSV of: Your tests" onClick={() => save(items)}>
            CSV
          </button>
        )}
      </div>
      {loaded.state === "loading" && <Loading what="Looking for planned tests" />}
      {loaded.state === "refused" && <Refused refusal={loaded.refusal} retry={reload} />}
      {loaded.state === "there" && !items.length && <p>None yet. A test that you plan above stands here from its draft to its result.</p>}
      {items.length > 0 && (
        <ul class="mine">
          {items.map((each) => (
            <Item key={each.id} test={each} model={model} changed={reload} />
          ))}
        </ul>
      )}
      {loaded.state === "there" && loaded.value.next_page_token && <p class="quiet">The newest {MOST_LISTED} are shown.</p>}
    </section>
  );
}

/** Opened at first where something is to be done; its content is asked for when it is opened. */
function Item({ test, model, changed }: { test: ExperimentSummary; model: Model; changed: () => void }) {
  const today = todayOf(new Date());
  const stage = stageOf(test, today);
  const [first] = useState(stage === "draft" || stage === "over");
  const [open, setOpen] = useState(first);
  return (
    <li>
      <details open={first} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <h3>{test.name}</h3> <span class={`stage ${stage}`}>{stageWords(test, today)}</span>
        </summary>
        {open && <One test={test} stage={stage} model={model} changed={changed} />}
      </details>
    </li>
  );
}

function save(items: readonly ExperimentSummary[]): void {
  const today = todayOf(new Date());
  const rows = items.map((each) => [each.name, each.channel, stageOf(each, today), each.start, each.ends, each.id]);
  download("planned-tests.csv", csv({ head: ["name", "channel", "state", "begins", "ends", "id"], rows }));
}
