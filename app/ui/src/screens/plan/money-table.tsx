// The table of channels in three groups: amounts to type, sliders second.
import type { Model, Odds } from "../../api/types";
import { type Plan, type Rule, total } from "../../lib/budget";
import { csv, download } from "../../lib/csv";
import { amount, listed, money, percent, signed } from "../../lib/format";
import { hashOf } from "../../lib/route";
import { isCut, nounOf } from "../../lib/tell";
import { GRADE_MEANS, GRADE_WORDS } from "../../lib/words";
import { Grade } from "../happened/returns";
import { Amount } from "./amount";
import type { Base, Group } from "./base";
import type { Live } from "./live";
import { most } from "./workspace";

interface Props {
  model: Model;
  base: Base;
  plan: Plan;
  groups: Record<Group, string[]>;
  locked: ReadonlySet<string>;
  rule: Rule;
  odds: Live<Odds>;
  beyond: string[];
  limited: string | null;
  /** Whether the plan is that of a goal, which it may reach without paying. */
  goal: boolean;
  type: (name: string, spend: number) => void;
  lock: (name: string) => void;
  setRule: (rule: Rule) => void;
  reset: () => void;
}

const GROUPS: [Group, string, string][] = [
  ["do_now", "Do now", "Pays by two models, even if part of each effect is coincidence."],
  ["test_first", "Test first", "One model would move these. Let a test decide."],
  ["hold", "Hold", "No change here is worth its risk. A click on the lock frees a channel."],
];

/** Share of what a channel has today below which it gets almost nothing. */
const ALMOST_NOTHING = 5e-3;

export function Money(props: Props) {
  const { base, plan, model, limited, beyond } = props;
  const further = base.moves?.test_first.map((each) => each.channel) ?? [];
  const currency = model.spec.currency;
  return (
    <section class="card">
      <div class="tablehead">
        <h2>Channel by channel</h2>
        <div class="no-print">
          <button type="button" class="link" onClick={props.reset}>
            Back to the proposal
          </button>
          <button type="button" class="link" onClick={() => save(props)}>
            CSV
          </button>
        </div>
      </div>
      <fieldset class="rule no-print">
        <legend>When you type an amount</legend>
        <label>
          <input type="radio" name="rule" checked={props.rule === "same-total"} onChange={() => props.setRule("same-total")} />
          the total stays: the other unlocked channels give way in proportion
        </label>
        <label>
          <input type="radio" name="rule" checked={props.rule === "free-total"} onChange={() => props.setRule("free-total")} />
          the total changes
        </label>
      </fieldset>
      {limited && (
        <p class="problems" role="alert">
          {limited}
        </p>
      )}
      {beyond.length > 0 && (
        <p class="problems" role="status">
          {beyond.join(", ")}: more than was ever seen in so many weeks. The answer there is a guess.
        </p>
      )}
      <table class="money">
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">Today</th>
            <th scope="col">Plan{currency ? `, ${currency}` : ""}</th>
            <th scope="col">Change</th>
            <th scope="col">Next {amount(1000)} bring, before their cost</th>
            <th scope="col">How we know</th>
          </tr>
        </thead>
        {GROUPS.map(([group, name, means]) => (
          <tbody key={group}>
            <tr class="group">
              <th colSpan={6} scope="rowgroup">
                {groupName(props, group, name)} <span class="quiet">{aboutGroup(props, group, means, further)}</span>
              </th>
            </tr>
            {props.groups[group].map((channel) => (
              <Row key={channel} channel={channel} {...props} />
            ))}
          </tbody>
        ))}
        <tfoot>
          <tr>
            <th scope="row">All</th>
            <td data-name="Today">{money(total(base.reference), currency)}</td>
            <td data-name="Plan">{money(total(plan), currency)}</td>
            <td data-name="Change">{change(total(plan) - total(base.reference), total(base.reference), currency)}</td>
            <td />
            <td />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

/** A plan that loses against today's is nothing to do now, nor to test. */
const loses = ({ base }: Props): boolean => base.odds.gain.mean < 0 && !isCut(base.plan, base.reference);

function groupName(props: Props, group: Group, name: string): string {
  if (group === "do_now" && props.goal) return "For the goal";
  return group !== "hold" && props.groups[group].length > 0 && loses(props) ? CHANGED[group] : name;
}

const CHANGED = { do_now: "Changed, and defended", test_first: "Changed by this plan" };

function aboutGroup(props: Props, group: Group, means: string, further: string[]): string {
  const { groups, goal } = props;
  if (groups[group].length && group === "do_now" && goal) return "The plan that comes closest to the goal, whether it pays or not.";
  if (groups[group].length && group === "test_first" && loses(props)) return "It is expected to lose against today's plan.";
  if (groups[group].length) return means;
  if (loses(props)) return "Nothing.";
  return group === "test_first" && further.length ? `${listed(further)}, before going further than above.` : "Nothing.";
}

/** A change of the total, where less than a thousandth of it is none. */
const change = (by: number, of: number, currency: string | null | undefined) =>
  Math.abs(by) < 1e-3 * of ? "no change" : signed(by, currency);

function Row(props: Props & { channel: string }) {
  const { channel, base, plan, model, odds, locked } = props;
  const currency = model.spec.currency;
  const spend = plan[channel]!;
  const today = base.reference[channel]!;
  const told = odds.answer?.channels.find((each) => each.name === channel);
  const grade = base.answer.evidence?.[channel]?.grade;
  const isLocked = locked.has(channel);
  const after = base.moves?.test_first.find((each) => each.channel === channel);
  const clear = (by: number) => Math.abs(by) > 1e-3 * total(base.reference);
  const pays = !loses(props) && props.groups.do_now.includes(channel) && spend < today && (grade === "coincidence" || grade === "too_small");
  const upper = Math.max(spend, 1.6 * today, Math.min(most(base, channel), 3 * Math.max(today, spend)));
  const noun = nounOf(base.unit);
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, upper))) - 2);
  return (
    <tr class={isLocked ? "locked" : ""}>
      <th scope="row">{channel}</th>
      <td data-name="Today">{money(today, currency)}</td>
      <td data-name="Plan" class="typing">
        <span class="typed">
          <Amount label={`${channel}, amount`} value={spend} disabled={isLocked} type={(value) => props.type(channel, value)} />
          <button
            type="button"
            class="lock"
            aria-pressed={isLocked}
            aria-label={`${isLocked ? "Unlock" : "Lock"} ${channel}`}
            title={isLocked ? "Locked: click to free it" : "Lock it as it is"}
            onClick={() => props.lock(channel)}
          >
            <Lock closed={isLocked} />
          </button>
        </span>
        <input
          type="range"
          class="slider no-print"
          aria-label={`${channel}, slider`}
          min={0}
          max={upper}
          step={step}
          value={spend}
          disabled={isLocked}
          onInput={(event) => props.type(channel, Number(event.currentTarget.value))}
        />
      </td>
      <td data-name="Change">
        <div>
        {clear(spend - today) ? (
          <>
            {signed(spend - today, currency)} <span class="quiet">{today > 0 ? percent(spend / today - 1) : "new"}</span>
          </>
        ) : (
          <span class="quiet">none</span>
        )}
        {pays && <span class="after">the cut pays even if its effect is real</span>}
        {after && !loses(props) && clear(after.if_good - after.if_not) && clear(after.if_good - spend) && (
          <span class="after">
            if a test confirms it, to {after.if_good < ALMOST_NOTHING * today ? "almost nothing" : money(after.if_good, currency)}
            {after.worth_knowing !== null && after.worth_knowing > 0 && `; knowing is worth ${money(after.worth_knowing, currency)}`}
          </span>
        )}
        {after && (
          <a class="after no-print" href={hashOf({ screen: "tests", model: model.id, channel })}>
            Design the test of {channel}
          </a>
        )}
        </div>
      </td>
      <td data-name={`Next ${amount(1000)} bring`} class={odds.old ? "old" : ""}>
        <div>{told ? next(told.marginal_roi, noun, currency) : "…"}</div>
      </td>
      <td data-name="How we know">
        {grade ? (
          <details class="why">
            <summary>
              <Grade note={grade} />
            </summary>
            <p>{GRADE_MEANS[grade]}</p>
            <p data-drawer>{base.answer.evidence?.[channel]?.reason}</p>
          </details>
        ) : (
          "no record"
        )}
      </td>
    </tr>
  );
}

function next(marginal: { mean: number; p5: number; p95: number }, noun: string, currency: string | null | undefined) {
  const tell = (value: number) => (noun === "units" ? amount(1000 * value, 2) : money(1000 * value, currency, 2));
  return (
    <>
      {tell(marginal.mean)} <span class="quiet">({tell(Math.max(0, marginal.p5))} to {tell(marginal.p95)})</span>
    </>
  );
}

function Lock({ closed }: { closed: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <rect x="3" y="7" width="10" height="7" rx="1.5" fill="currentColor" />
      <path d={closed ? "M5 7V5a3 3 0 0 1 6 0v2" : "M5 7V5a3 3 0 0 1 5.8-1"} fill="none" stroke="currentColor" stroke-width="1.6" />
    </svg>
  );
}

function save({ base, plan, groups, odds }: Props): void {
  const group = (name: string) => GROUPS.find(([each]) => groups[each].includes(name))?.[1] ?? "";
  const rows = Object.keys(plan).map((name) => {
    const told = odds.answer?.channels.find((each) => each.name === name);
    const grade = base.answer.evidence?.[name]?.grade;
    return [
      group(name), name, base.reference[name]!, plan[name]!, plan[name]! - base.reference[name]!,
      told?.marginal_roi.mean ?? null, told?.marginal_roi.p5 ?? null, told?.marginal_roi.p95 ?? null,
      grade ? GRADE_WORDS[grade] : null,
    ];
  });
  const head = ["group", "channel", "today", "plan", "change", "next unit brings", "from", "to", "how we know"];
  download("plan.csv", csv({ head, rows }));
}
