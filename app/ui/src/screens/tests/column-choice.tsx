// Which column of a table holds something: those of its kind are offered; as text, any.
import type { Dataset } from "../../api/types";

interface Props {
  name: string;
  kind: "date" | "text" | "number";
  columns: Dataset["profile"]["columns"];
  value: string;
  set: (column: string) => void;
}

export function ColumnChoice({ name, kind, columns, value, set }: Props) {
  return (
    <label>
      {name}{" "}
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">choose</option>
        {columns
          .filter((column) => column.kind === kind || column.name === value || kind === "text")
          .map((column) => (
            <option key={column.name} value={column.name}>
              {column.name}
            </option>
          ))}
      </select>
    </label>
  );
}
