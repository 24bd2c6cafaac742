// By month, week and region: each amount can be typed, and what gives way is stated.
import { useState } from "preact/hooks";
import type { Evaluation } from "../../api/types";
import { type Plan, total } from "../../lib/budget";
import { type Table, csv, download } from "../../lib/csv";
import { money } from "../../lib/format";
import { type Part, type PartRule, type Shapes, monthParts, sharesOf, sumOf, weekParts, weeksFrom } from "../../lib/parts";
import type { Frame } from "../../lib/question";
import { Amount } from "./amount";

export type Kind = "weeks" | "regions";

/** Shares of each channel's total by week and by region, where nothing else is typed. */
export interface Usual {
  weeks: Record<string, number[]>;
  regions: Record<string, number[]>;
  names: string[];
}

interface Props {
  plan: Plan;
  shapes: Shapes;
  usual: Usual | null;
  frame: Frame;
  locked: ReadonlySet<string>;
  currency: string | null | undefined;
  type: (channel: string, kind: Kind, amounts: readonly number[], at: readonly number[], value: number, rule: PartRule) => void;
  clear: () => void;
}

/** How a channel without typed parts is spread: as today's plan; what is new there, evenly over weeks. */
export function usualOf(today: Evaluation, plan: Evaluation): Usual {
  const channels = today.plan.channels.map((channel) => channel.name);
  const names = today.plan.by_geo.map((place) => place.geo);
  const places = (answer: Evaluation, name: string) => answer.plan.by_geo.map((place) => place.spend[name] ?? 0);
  const weeks = channels.map((name) => [name, sharesOf(today.plan.by_week.map((week) => week.spend[name] ?? 0))]);
  const regions = channels.map((name) => {
    const own = places(today, name);
    return [name, sharesOf(sumOf(own) > 0 ? own : places(plan, name))];
  });
  return { weeks: Object.fromEntries(weeks), regions: Object.fromEntries(regions), names };
}

/** The amounts of a channel by week or region. */
export function amountsOf(plan: Plan, shapes: Shapes, usual: Usual, kind: Kind, name: string): number[] {
  const shape = shapes[name];
  const given = kind === "weeks" ? shape?.weeks : shape?.regions && usual.names.map((region) => shape.regions![region]!);
  return (given ?? usual[kind][name]!).map((share) => share * plan[name]!);
}

type View = "Month" | "Week" | "Region";

export function PartsTable(props: Props) {
  const [open, setOpen] = useState(false);
  const several = (props.usual?.names.length ?? 0) > 1;
  return (
    <details class="card parts" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>By month{several ? ", week and region" : " and week"}</h2>
      </summary>
      {open && (props.usual ? <Open {...props} usual={props.usual} /> : <p class="quiet checking">Reading the weeks…</p>)}
    </details>
  );
}

function Open(props: Props & { usual: Usual }) {
  const { plan, shapes, usual, frame, locked, currency } = props;
  const [view, setView] = useState<View>("Month");
  const [rule, setRule] = useState<PartRule>("channel-stays");
  const weeks = weeksFrom(frame.start, frame.weeks);
  const parts: Record<View, () => Part[]> = {
    Month: () => monthParts(weeks),
    Week: () => weekParts(weeks),
    Region: () => usual.names.map((name, at) => ({ name, at: [at] })),
  };
  const rows = parts[view]();
  const kind: Kind = view === "Region" ? "regions" : "weeks";
  const channels = Object.keys(plan);
  const amounts = Object.fromEntries(channels.map((name) => [name, amountsOf(plan, shapes, usual, kind, name)]));
  const cell = (name: string, part: Part) => sumOf(part.at.map((at) => amounts[name]![at]!));
  const table: Table = {
    head: [view.toLowerCase(), ...channels],
    rows: rows.map((part) => [part.name, ...channels.map((name) => cell(name, part))]),
  };
  const views: View[] = usual.names.length > 1 ? ["Month", "Week", "Region"] : ["Month", "Week"];
  return (
    <>
      <div class="tablehead">
        <div class="dial" role="radiogroup" aria-label="Shown by">
          {views.map((each) => (
            <label key={each} class={each === view ? "chosen" : ""}>
              <input type="radio" name="parts" checked={each === view} onChange={() => setView(each)} />
              {each}
            </label>
          ))}
        </div>
        <div class="no-print">
          {Object.keys(shapes).length > 0 && (
            <button type="button" class="link" onClick={props.clear}>
              Back to the usual weeks{usual.names.length > 1 && " and regions"}
            </button>
          )}
          <button type="button" class="link" aria-label="CSV of the parts" onClick={() => download(`plan-by-${view.toLowerCase()}.csv`, csv(table))}>
            CSV
          </button>
        </div>
      </div>
      <fieldset class="rule no-print">
        <legend>When you type an amount here</legend>
        <label>
          <input type="radio" name="part-rule" checked={rule === "channel-stays"} onChange={() => setRule("channel-stays")} />
          the channel's total stays: its other {view.toLowerCase()}s give way in proportion
        </label>
        <label>
          <input type="radio" name="part-rule" checked={rule === "channel-changes"} onChange={() => setRule("channel-changes")} />
          the channel's total changes, by the rule above
        </label>
      </fieldset>
      <div class="scroll" tabIndex={0} role="region" aria-label={`The plan by ${view.toLowerCase()}`}>
        <table class="data">
          <thead>
            <tr>
              <th scope="col">
                {view}
                {currency && `, ${currency}`}
              </th>
              {channels.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              <th scope="col">All</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((part) => (
              <tr key={part.name}>
                <th scope="row">{part.name}</th>
                {channels.map((name) => (
                  <td key={name}>
                    <Amount
                      label={`${name}, ${part.name}`}
                      value={cell(name, part)}
                      disabled={locked.has(name)}
                      type={(value) => props.type(name, kind, amounts[name]!, part.at, value, rule)}
                    />
                  </td>
                ))}
                <td>{money(sumOf(channels.map((name) => cell(name, part))), currency)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">All</th>
              {channels.map((name) => (
                <td key={name}>{money(plan[name]!, currency)}</td>
              ))}
              <td>{money(total(plan), currency)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
      {view === "Month" && <p class="quiet">A week counts to the month that has most of its days.</p>}
    </>
  );
}
