// A test that is over is read from a file: which of its columns is which.
import { useState } from "preact/hooks";
import { uploadTable } from "../../api/calls";
import { type Experiment, type ReadBody, readExperiment } from "../../api/experiments";
import type { Dataset, Model } from "../../api/types";
import { namesOf } from "../../lib/experiments";
import { useWork } from "../../lib/load";
import { type Columns, guessed } from "../../lib/reading";
import { Drop, Unreadable, contentOf } from "../../parts/drop";
import { Loading } from "../../parts/notice";
import { Problem } from "./asked";
import { ColumnChoice } from "./column-choice";

interface Props {
  test: Experiment;
  model: Model;
  read: () => void;
}

const ASKED: [keyof Columns, string, "date" | "text" | "number"][] = [
  ["date", "Day or week", "date"],
  ["geo", "Region", "text"],
  ["kpi", "Sales", "number"],
  ["spend", "Spend", "number"],
];

export function ReadForm({ test, model, read }: Props) {
  const [dataset, setDataset] = useState<Dataset | null>(null);
  const { busy, refusal, during } = useWork();
  const take = (file: File | undefined) => {
    if (!file) return;
    void during(`Reading ${file.name}`, async () => setDataset(await uploadTable(contentOf(file), file.name)));
  };
  return (
    <div>
      <p>
        To read it: a table with a row for each day or week and region, from well before the test until its end, with
        sales and what was spent on {test.channel}.
      </p>
      <Drop take={take} />
      {dataset && (
        <Sorted
          key={dataset.id}
          dataset={dataset}
          test={test}
          model={model}
          busy={busy !== ""}
          send={(body) => void during("Comparing the regions; this can take a minute", async () => void (await readExperiment(test.id, body), read()))}
        />
      )}
      {busy && <Loading what={busy} />}
      {refusal && <Unreadable refusal={refusal} title="The test cannot be read from this" then="Mend it in the file or in the choice of columns, and read it again." />}
    </div>
  );
}

interface SortedProps {
  dataset: Dataset;
  test: Experiment;
  model: Model;
  busy: boolean;
  send: (body: Partial<ReadBody>) => void;
}

function Sorted({ dataset, test, model, busy, send }: SortedProps) {
  const { columns } = dataset.profile;
  const own = model.id === test.model_id ? model : null;
  const sales = model.spec.kpi.column;
  const [chosen, setChosen] = useState<Columns>(() => guessed(columns, test.channel, sales));
  const [period, setPeriod] = useState<"day" | "week">("week");
  const [without, setWithout] = useState("");
  const [problem, setProblem] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    const missing = ASKED.find(([name]) => !chosen[name]);
    setProblem(missing ? `Say which column holds: ${missing[1].toLowerCase()}.` : "");
    if (missing) return;
    const value = own?.spec.kpi.value_per_unit;
    send({
      data: { dataset_id: dataset.id }, period, ...chosen, excluded: namesOf(without),
      ...(typeof value === "number" ? { value_per_unit: value } : {}),
    });
  };
  return (
    <form onSubmit={submit}>
      <h4>Columns of {dataset.name || "the table"}</h4>
      <div class="answerline">
        {ASKED.map(([name, told, kind]) => (
          <ColumnChoice
            key={name}
            name={told}
            kind={kind}
            columns={columns}
            value={chosen[name]}
            set={(column) => setChosen({ ...chosen, [name]: column })}
          />
        ))}
        <label>
          A row is a{" "}
          <select value={period} onChange={(event) => setPeriod(event.currentTarget.value as "day" | "week")}>
            <option value="week">week</option>
            <option value="day">day</option>
          </select>
        </label>
        <label>
          Leave out regions{" "}
          <input type="text" size={14} value={without} placeholder="none" onInput={(event) => setWithout(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button primary" disabled={busy}>
          Read the test
        </button>
      </div>
      <Problem told={problem} />
    </form>
  );
}
