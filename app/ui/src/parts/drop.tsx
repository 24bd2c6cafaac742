// Where a table is dropped or chosen, and what is said of one that cannot be read.
import { useState } from "preact/hooks";
import type { Refusal } from "../api/client";
import { Notice, Refused } from "./notice";

const WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const KINDS: Record<string, string> = { parquet: "application/vnd.apache.parquet", xlsx: WORKBOOK };

/** The content of a file, with the type that its name says. */
export function contentOf(file: File): Blob {
  return new Blob([file], { type: KINDS[file.name.split(".").pop()?.toLowerCase() ?? ""] ?? "text/csv" });
}

export function Drop({ take }: { take: (file: File | undefined) => void }) {
  const [over, setOver] = useState(false);
  return (
    <label
      class={`drop ${over ? "over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files[0]);
      }}
    >
      <input type="file" accept=".csv,.tsv,.txt,.xlsx,.parquet" onChange={(event) => take(event.currentTarget.files?.[0])} />
      <span>Drop a CSV, Excel or Parquet file here, or choose one</span>
    </label>
  );
}

const MOST_TOLD = 8;

/** Says what is wrong by row and column, where the service does. */
export function Unreadable({ refusal, title, then }: { refusal: Refusal; title: string; then: string }) {
  if (refusal.kind !== "invalid") return <Refused refusal={refusal} />;
  const errors = refusal.problem?.errors ?? [];
  return (
    <Notice title={title} tone="stop">
      {errors.length ? (
        <ul>
          {errors.slice(0, MOST_TOLD).map((each) => (
            <li key={each.pointer + each.code}>
              {each.pointer && <code>{each.pointer}</code>} {each.detail}
            </li>
          ))}
        </ul>
      ) : (
        <p>{refusal.message}</p>
      )}
      <p>{then}</p>
    </Notice>
  );
}
