// Sales by region of a model that has none: the table that a design is made from.
import { useState } from "preact/hooks";
import { uploadTable } from "../../api/calls";
import type { DesignBody } from "../../api/experiments";
import type { Dataset } from "../../api/types";
import { useWork } from "../../lib/load";
import { guessed } from "../../lib/reading";
import { Drop, Unreadable, contentOf } from "../../parts/drop";
import { Loading } from "../../parts/notice";
import { ColumnChoice } from "./column-choice";

export type History = NonNullable<DesignBody["history"]>;

interface Props {
  sales: string;
  history: History | null;
  set: (history: History | null) => void;
}

export function HistoryFile({ sales, history, set }: Props) {
  const [dataset, setDataset] = useState<Dataset | null>(null);
  const { busy, refusal, during } = useWork();
  const take = (file: File) =>
    during(`Reading ${file.name}`, async () => {
      const read = await uploadTable(contentOf(file), file.name);
      const { date, geo, kpi } = guessed(read.profile.columns, null, sales);
      setDataset(read);
      set({ data: { dataset_id: read.id }, date, geo, kpi, excluded: [], missing_rows: "refuse" });
    });
  return (
    <>
      <Drop take={(file) => file && void take(file)} />
      {busy && <Loading what={busy} />}
      {refusal && <Unreadable refusal={refusal} title="This table cannot be read as it is" then="Mend it in the file, and drop it again." />}
      {dataset && history && (
        <div class="answerline">
          <ColumnChoice name="Day or week" kind="date" columns={dataset.profile.columns} value={history.date} set={(date) => set({ ...history, date })} />
          <ColumnChoice name="Region" kind="text" columns={dataset.profile.columns} value={history.geo} set={(geo) => set({ ...history, geo })} />
          <ColumnChoice name="Sales" kind="number" columns={dataset.profile.columns} value={history.kpi} set={(kpi) => set({ ...history, kpi })} />
        </div>
      )}
    </>
  );
}
