// What a form asks of a test: the channel, the change of its spend, and how long.
import { CHANGES, type Change, PLAN_FIRST, spendChange } from "../../lib/experiments";
import { typed } from "../../lib/format";
import type { SpendChange } from "../../api/experiments";

export interface Asked {
  channel: string;
  change: Change;
  /** An amount a week, on top or of a plan, as it was typed. */
  add: string;
  weeks: number;
  cooldown: number;
}

export const MOST_WEEKS = 26;

export const changeAsked = (asked: Asked): Partial<SpendChange> | null => spendChange(asked.change, typed(asked.add));

interface Props {
  asked: Asked;
  channels: string[];
  currency: string | null | undefined;
  set: (asked: Asked) => void;
  /** Whether the weeks that are read after the test are asked for. */
  withCooldown?: boolean;
  /** Whether a plan can begin with the test. */
  withPlan?: boolean;
}

export function AskedFields({ asked, channels, currency, set, withCooldown, withPlan }: Props) {
  return (
    <>
      <label>
        Channel{" "}
        <select value={asked.channel} onChange={(event) => set({ ...asked, channel: event.currentTarget.value })}>
          {channels.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        What is done{" "}
        <select value={asked.change} onChange={(event) => set({ ...asked, change: event.currentTarget.value as Change })}>
          {(withPlan ? [...CHANGES, PLAN_FIRST] : CHANGES).map(([name, told]) => (
            <option key={name} value={name}>
              {told}
            </option>
          ))}
        </select>
      </label>
      {(asked.change === "add" || asked.change === "plan") && (
        <label>
          {asked.change === "add" ? "On top a week" : "Everywhere, a week"}{" "}
          <input type="text" inputMode="decimal" size={9} value={asked.add} onInput={(event) => set({ ...asked, add: event.currentTarget.value })} />{" "}
          {currency ?? ""}
        </label>
      )}
      <Weeks label="Weeks" value={asked.weeks} least={1} set={(weeks) => set({ ...asked, weeks })} />
      {withCooldown && (
        <Weeks label="Weeks to cool down" value={asked.cooldown} least={0} set={(cooldown) => set({ ...asked, cooldown })} />
      )}
    </>
  );
}

function Weeks({ label, value, least, set }: { label: string; value: number; least: number; set: (weeks: number) => void }) {
  return (
    <label>
      {label}{" "}
      <select value={value} onChange={(event) => set(Number(event.currentTarget.value))}>
        {Array.from({ length: MOST_WEEKS - least + 1 }, (_, at) => at + least).map((weeks) => (
          <option key={weeks} value={weeks}>
            {weeks}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Problem({ told }: { told: string }) {
  return told ? (
    <p class="problems" role="alert">
      {told}
    </p>
  ) : null;
}
