// Data: drop a table, put its columns into trays, start a fit and watch it.
import { useState } from "preact/hooks";
import { draftOf, runningFits, uploadTable } from "../../api/calls";
import type { Dataset, Draft, Model } from "../../api/types";
import { day } from "../../lib/format";
import { useLoaded, useWork } from "../../lib/load";
import { Drop, Unreadable, contentOf } from "../../parts/drop";
import { Loading } from "../../parts/notice";
import { Fitting } from "./fitting";
import { Sorting } from "./sorting";

export function Data({ models, reload }: { models: Model[]; reload: () => void }) {
  const [read, setRead] = useState<{ dataset: Dataset; draft: Draft } | null>(null);
  const { busy, refusal, during } = useWork();
  const take = (file: File) =>
    during(`Reading ${file.name}`, async () => {
      const dataset = await uploadTable(contentOf(file), file.name);
      setRead({ dataset, draft: await draftOf(dataset.id) });
    });
  return (
    <article class="datascreen">
      <h1 tabIndex={-1}>Data</h1>
      <p class="lead">
        A table of weeks: one row a week (and region), a column for sales, one for each medium, and what else moved sales.
      </p>
      <Drop take={(file) => file && void take(file)} />
      {busy && <Loading what={busy} />}
      {refusal && (
        <Unreadable refusal={refusal} title="This table cannot be read as it is" then="Mend it in the file, and drop it again." />
      )}
      {read && <Sorting key={read.dataset.id} {...read} done={reload} />}
      {!read && <Running done={reload} />}
      {!read && models.length > 0 && <Models models={models} />}
    </article>
  );
}

/** What is being fitted now, whoever began it. */
function Running({ done }: { done: () => void }) {
  const [fits] = useLoaded("running fits", runningFits);
  if (fits.state !== "there") return null;
  return (
    <>
      {fits.value.map((each) => (
        <Fitting key={each.id} operation={each} done={done} />
      ))}
    </>
  );
}

function Models({ models }: { models: Model[] }) {
  return (
    <section>
      <h2>Models so far</h2>
      <ul class="needs">
        {models.map((model) => (
          <li key={model.id}>
            <a href={`#/home?model=${model.id}`}>{model.name || "Unnamed"}</a>: {model.data.weeks} weeks until{" "}
            {day(model.data.end)}
          </li>
        ))}
      </ul>
    </section>
  );
}
