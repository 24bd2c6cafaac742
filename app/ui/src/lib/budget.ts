// Where the money comes from when one amount is typed.

export type Plan = Record<string, number>;
export type Rule = "same-total" | "free-total";

export interface Typed {
  plan: Plan;
  /** Why the amount that was typed is not the one in the plan; null where it is. */
  limited: string | null;
}

export const total = (plan: Plan): number => Object.values(plan).reduce((sum, spend) => sum + spend, 0);

/**
 * The plan after `name` is set to `spend`.
 *
 * Same total: the other channels that are not locked give way in proportion to what they have, none
 * below nothing. Where they have less than is asked, the amount is what they can give.
 */
export function withAmount(plan: Plan, name: string, spend: number, locked: ReadonlySet<string>, rule: Rule): Typed {
  if (rule === "free-total") return { plan: { ...plan, [name]: spend }, limited: null };
  const others = Object.keys(plan).filter((other) => other !== name && !locked.has(other));
  const available = others.reduce((sum, other) => sum + plan[other]!, 0);
  const change = spend - plan[name]!;
  if (!others.length) {
    return { plan, limited: "Every other channel is locked: unlock one, or let the total change." };
  }
  const taken = Math.min(change, available);
  const next: Plan = { ...plan, [name]: plan[name]! + taken };
  for (const other of others) {
    const share = available > 0 ? plan[other]! / available : 1 / others.length;
    next[other] = Math.max(0, plan[other]! - taken * share);
  }
  const limited = taken < change ? "The unlocked channels have no more to give." : null;
  return { plan: next, limited };
}

/** "tv 20,000" or "tv<tab>20000" a line, as pasted from a table. */
export function pasted(text: string, channels: readonly string[], amountOf: (text: string) => number | null) {
  const plan: Plan = {};
  const problems: string[] = [];
  text.split(/\r?\n/).forEach((line, position) => {
    if (!line.trim()) return;
    const name = channels
      .filter((each) => line.trim().toLowerCase().startsWith(each.toLowerCase()))
      .sort((a, b) => b.length - a.length)[0];
    const rest = name === undefined ? "" : line.trim().slice(name.length).replace(/^[\s:;=\t]+/, "");
    const spend = name === undefined ? null : amountOf(rest);
    if (name === undefined) problems.push(`Line ${position + 1}: no channel of the model begins it.`);
    else if (spend === null) problems.push(`Line ${position + 1}: “${rest}” is no amount.`);
    else plan[name] = spend;
  });
  return { plan, problems };
}
