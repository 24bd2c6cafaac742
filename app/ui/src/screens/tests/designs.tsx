// The designs that were found: the chosen one as a table of regions, the others beside it.
import { useState } from "preact/hooks";
import type { DesignAnswer, DesignedTest } from "../../api/experiments";
import type { Model } from "../../api/types";
import { type Table, csv, download } from "../../lib/csv";
import { changeOf, costOf, foundIn, named, rolloutOf, shareOf, smallest, weeksOf, worthOf } from "../../lib/experiments";
import { type Noun, earned, nounOf, upper } from "../../lib/tell";
import { PlanForm } from "./plan-form";

interface Props {
  model: Model;
  found: DesignAnswer;
  planned: (id: string) => void;
}

const HEAD = ["region", "what happens there", "its pair"];

export function Designs({ model, found, planned }: Props) {
  const [chosen, setChosen] = useState(0);
  const design = found.designs[chosen]!;
  const currency = model.spec.currency;
  const { change } = found;
  const noun = nounOf(found.gain_unit);
  const body = () => ({
    model_id: model.id, channel: found.channel, change, treated: design.treated, weeks: design.weeks, cooldown: design.cooldown,
  });
  const table = regionsTable(design, changeOf(found.channel, change, currency), currency);
  return (
    <div class="designs">
      {chosen === 0 ? (
        <p role="status">{found.summary}</p>
      ) : (
        <p role="status">
          Design {chosen + 1} of {found.designs.length}: {named(design.treated)}, {weeksOf(design.weeks)}.
        </p>
      )}
      <div class="tablehead">
        <h3>{chosen === 0 ? "The best design" : `Design ${chosen + 1}`}</h3>
        <button type="button" class="link no-print" aria-label="CSV of: The regions of the design" onClick={() => download("design.csv", csv(table))}>
          CSV
        </button>
      </div>
      <Facts design={design} noun={noun} currency={currency} />
      <Regions table={table} />
      <PlanForm key={chosen} usualName={`${found.channel}: ${named(design.treated)}`.slice(0, 120)} body={body} planned={planned} />
      <h3>Before it begins</h3>
      <ul>
        {found.warnings.map((each) => (
          <li key={each}>{each.startsWith(found.channel) ? each : upper(each)}.</li>
        ))}
        <li>
          {found.switchback.possible ? "It could also be switched on and off week by week: " : "It cannot be switched on and off week by week instead: "}
          {found.switchback.why}.
        </li>
      </ul>
      {found.designs.length > 1 && <Others found={found} chosen={chosen} choose={setChosen} noun={noun} currency={currency} />}
    </div>
  );
}

/** The regions, treated ones first; with its pair where regions were paired. */
function regionsTable(design: DesignedTest, what: string, currency: string | null | undefined): Table {
  const pair = new Map(design.pairs.flatMap(([one, other]) => [[one, other], [other, one]] as const));
  const row = (name: string, happens: string) => (pair.size ? [name, happens, pair.get(name) ?? "none"] : [name, happens]);
  const begins = new Map(design.rollout?.by_geo.map((each) => [each.geo, rolloutOf(each, currency)]));
  return {
    head: pair.size ? HEAD : HEAD.slice(0, 2),
    rows: [
      ...design.treated.map((name) => row(name, begins.get(name) ?? `treated: ${what}`)),
      ...design.controls.map((name) => row(name, begins.get(name) ?? "compared with: spend as usual")),
    ],
  };
}

function Regions({ table }: { table: Table }) {
  return (
    <table class="money regions">
      <thead>
        <tr>
          {table.head.map((name) => (
            <th key={name} scope="col">
              {upper(name)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map(([name, ...told]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {told.map((each, at) => (
              <td key={at} data-name={upper(table.head[at + 1]!)}>
                {each}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Told {
  noun: Noun;
  currency: string | null | undefined;
}

function Facts({ design, noun, currency }: Told & { design: DesignedTest }) {
  const bad = design.cost.p95 > 0 ? `; in a bad case it costs ${earned(design.cost.p95, noun, currency)}` : "";
  const facts: [string, string][] = [
    ["How long", weeksOf(design.weeks) + (design.cooldown ? `, and ${weeksOf(design.cooldown)} to cool down` : "")],
    ["Treated", shareOf(design.share)],
    ["Finds an effect in", foundIn(design.assurance)],
    ["Found four times in five", smallest(design.detectable)],
    ["Costs", `${costOf(design.cost, noun, currency)}${bad}`],
    ...(design.rollout ? [["Waiting elsewhere costs", costOf(design.rollout.cost_of_waiting, noun, currency)] as [string, string]] : []),
    ["Result is worth", worthOf(design.value, null, noun, currency)],
    ["Tried on earlier weeks", `shows an effect where none was in ${Math.round(design.size * design.windows)} of ${design.windows}; about 1 in 10 does so by chance`],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, told]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{told}</dd>
        </div>
      ))}
    </dl>
  );
}

interface OthersProps extends Told {
  found: DesignAnswer;
  chosen: number;
  choose: (at: number) => void;
}

function Others({ found, chosen, choose, noun, currency }: OthersProps) {
  return (
    <details class="others">
      <summary>All {found.designs.length} designs, best first</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="All designs">
        <table class="data">
          <thead>
            <tr>
              <th scope="col">Design</th>
              <th scope="col">Treated</th>
              <th scope="col">Weeks</th>
              <th scope="col">Finds an effect in</th>
              <th scope="col">Costs</th>
              <th scope="col">Worth</th>
            </tr>
          </thead>
          <tbody>
            {found.designs.map((each, at) => (
              <tr key={at}>
                <th scope="row">
                  <label>
                    <input type="radio" name="design" checked={at === chosen} onChange={() => choose(at)} /> Design {at + 1}
                  </label>
                </th>
                <td>{named(each.treated)}</td>
                <td>{each.weeks}</td>
                <td>{foundIn(each.assurance)}</td>
                <td>{costOf(each.cost, noun, currency)}</td>
                <td>{worthOf(each.value, null, noun, currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
