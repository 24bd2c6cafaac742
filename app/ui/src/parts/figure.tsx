// A chart: a title that says the finding, the drawing, the table behind it, and both as files.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { type Table, csv, download } from "../lib/csv";
import { amount } from "../lib/format";
import { pictureOf } from "../lib/picture";

export interface FigureProps {
  title: string;
  about?: string;
  name: string;
  table: Table;
  /** Of the heading: 2 unless the figure stands under one. */
  level?: 2 | 3;
  legend?: [string, string, ("dot" | "band" | "line" | "dash")?][];
  children: ComponentChildren;
}

export function Figure(props: FigureProps) {
  const drawing = useRef<HTMLDivElement>(null);
  const Heading = props.level === 3 ? "h3" : "h2";
  const save = () => download(`${props.name}.csv`, csv(props.table));
  const picture = () => drawing.current && pictureOf(drawing.current, props.title, `${props.name}.png`);
  return (
    <figure class="figure">
      <figcaption>
        <Heading>{props.title}</Heading>
        {props.about && <p class="quiet">{props.about}</p>}
      </figcaption>
      {props.legend && (
        <ul class="legend" aria-hidden="true">
          {props.legend.map(([name, colour, mark]) => (
            <li key={name}>
              <svg width="16" height="10" class="key">
                {mark === "dot" ? (
                  <circle cx="8" cy="5" r="3" fill={colour} />
                ) : mark === "line" || mark === "dash" ? (
                  <line x1="0" y1="5" x2="16" y2="5" stroke={colour} stroke-width="2" stroke-dasharray={mark === "dash" ? "4 3" : undefined} />
                ) : (
                  <rect width="16" height="10" rx="2" fill={colour} />
                )}
              </svg>
              {name}
            </li>
          ))}
        </ul>
      )}
      <div class="drawing" ref={drawing}>
        {props.children}
      </div>
      <div class="figure-foot">
        <details>
          <summary>Table</summary>
          <DataTable table={props.table} caption={props.title} />
        </details>
        <button type="button" class="link" onClick={save} aria-label={`CSV of: ${props.title}`}>
          CSV
        </button>
        <button type="button" class="link" onClick={picture} aria-label={`PNG of: ${props.title}`}>
          PNG
        </button>
      </div>
    </figure>
  );
}

export function DataTable({ table, caption }: { table: Table; caption: string }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={`Table: ${caption}`}>
      <table class="data">
        <thead>
          <tr>
            {table.head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, position) => (
            <tr key={position}>
              {row.map((value, column) =>
                column === 0 ? (
                  <th key={column} scope="row">
                    {value}
                  </th>
                ) : (
                  <td key={column}>{typeof value === "number" ? amount(value) : value}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
