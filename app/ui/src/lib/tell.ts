// Sentences about a plan, from its numbers: for the screen, and to hand on.
import type { Odds } from "../api/types";
import { type Plan, total } from "./budget";
import { amount, day, later, listed, money } from "./format";
import type { Frame } from "./question";

export type Noun = "profit" | "revenue" | "units";

/** What is earned, by the unit of the answer. */
export function nounOf(unit: string): Noun {
  if (unit.includes("profit")) return "profit";
  return unit.includes("revenue") ? "revenue" : "units";
}

const EXTRA: Record<Noun, string> = {
  profit: "Extra profit",
  revenue: "Extra revenue, less what it costs",
  units: "Extra sales",
};

export const extraOf = (noun: Noun): string => EXTRA[noun];

export function earned(value: number, noun: Noun, currency: string | null | undefined): string {
  return noun === "units" ? `${amount(value)} units` : money(value, currency);
}

export interface Change {
  name: string;
  by: number;
}

const LEAST = 1e-3;

/** Whether a plan saves money, which may have to be. */
export const isCut = (plan: Plan, reference: Plan): boolean => total(plan) < (1 - LEAST) * total(reference);

/** Changes that a person would name: at least a thousandth of the total. */
export function changes(plan: Plan, reference: Plan): Change[] {
  const least = LEAST * Math.max(total(plan), total(reference));
  return Object.keys(plan)
    .map((name) => ({ name, by: plan[name]! - (reference[name] ?? 0) }))
    .filter((change) => Math.abs(change.by) > least)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
}

export function steps(found: readonly Change[], currency: string | null | undefined): string {
  const told = (some: Change[]) => listed(some.map((each) => `${each.name} by ${money(Math.abs(each.by), currency)}`));
  const up = found.filter((change) => change.by > 0);
  const down = found.filter((change) => change.by < 0);
  const parts = [];
  if (up.length) parts.push(`raise ${told(up)}`);
  if (down.length) parts.push(`cut ${told(down)}`);
  return parts.join("; ");
}

export const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The chances as words, or why there are none. */
export function chances(odds: Odds): string {
  if (odds.chances_in_20 === null) {
    return "no odds are given, because too much of what moves could be coincidence";
  }
  const second = odds.second_model === null ? "" : `, and in ${twentieths(odds.second_model)} of 20 by a second model`;
  return `better than today's plan in ${odds.chances_in_20} of 20 cases if the model is right${second}`;
}

export const twentieths = (probability: number): number => Math.min(19, Math.max(1, Math.round(20 * probability)));

/** Share of the extra that comes later below which all of it comes inside the weeks. */
const SOON = 0.02;

/** When the extra comes: inside the weeks and later, each with its range. */
export function timing({ gain, by_time }: Pick<Odds, "gain" | "by_time">, tell: (value: number) => string): string {
  if (Math.abs(by_time.later.mean) < SOON * Math.abs(gain.mean)) return "All of it comes inside these weeks.";
  const told = ({ mean, p5, p95 }: Odds["gain"]) => `${tell(mean)} (${tell(p5)} to ${tell(p95)})`;
  return `Inside these weeks: ${told(by_time.inside)}. Later: ${told(by_time.later)}.`;
}

interface Advised {
  plan: Plan;
  reference: Plan;
  gain: { mean: number };
  /** Spend by channel that can be defended now; null for a plan that was not asked about, or a goal. */
  now: Plan | null;
  test: readonly string[];
  noun: Noun;
  currency: string | null | undefined;
}

/** The finding over a plan: what to change, or what a plan that loses would do. */
export function finding({ plan, reference, gain, noun, currency }: Omit<Advised, "now" | "test">, most: number): string {
  const found = changes(plan, reference);
  const left = found.length - most;
  const more = left < 1 ? "" : left === 1 ? ", and one smaller move" : `, and ${left} smaller moves`;
  const told = `${steps(found.slice(0, most), currency)}${more}`;
  if (gain.mean >= 0) return upper(told);
  return `This plan would ${told.replace("; cut ", " and cut ")}, and lose about ${earned(-gain.mean, noun, currency)}`;
}

/** What waits for a test: channels that move already go no further before it. */
export function tests(test: readonly string[], moved: readonly string[]): string {
  const further = test.filter((name) => moved.includes(name));
  const first = test.filter((name) => !moved.includes(name));
  return `${further.length ? ` Before going further, test ${listed(further)}.` : ""}${first.length ? ` Test first: ${listed(first)}.` : ""}`;
}

/** What to do with a plan as it stands, in a sentence or two; empty where nothing changes. */
export function advice({ plan, reference, gain, now, test, currency }: Omit<Advised, "noun">): string {
  if (!changes(plan, reference).length) return "";
  const steady = now ? changes(now, reference) : [];
  const further = now ? changes(plan, now).length > 0 : false;
  const part = further && steady.length ? ` Of it, this can be done now: ${steps(steady, currency)}.` : "";
  if (gain.mean < 0) {
    return `${isCut(plan, reference) ? "Make it only if that money must be saved" : "Do not carry it out as it stands"}.${part}`;
  }
  if (!now) return "";
  if (further) return part ? `Not all of it can be defended yet.${part} The rest waits for a test.` : "None of it can be defended yet: test first.";
  const then = test.length ? ` Go further with ${listed(test)} only after a test.` : "";
  return `This can be done now.${then}`;
}

export interface Told {
  frame: Frame;
  plan: Plan;
  reference: Plan;
  odds: Odds;
  currency: string | null | undefined;
  test: readonly string[];
  /** Channels with weeks or regions of their own. */
  shaped?: readonly string[];
}

/** One sentence to hand on. */
export function handOn({ frame, plan, reference, odds, currency, test, shaped = [] }: Told): string {
  const found = changes(plan, reference);
  const when = `${day(frame.start)} to ${day(later(frame.start, 7 * frame.weeks - 1))}`;
  if (!found.length && !shaped.length) return `For ${when}: keep today's plan of ${money(total(reference), currency)}.`;
  const [spend, before] = [money(total(plan), currency), money(total(reference), currency)];
  const at = spend === before ? `at the same total of ${spend}` : `which spends ${spend} instead of ${before}`;
  const noun = nounOf(odds.gain_unit);
  const range = `${earned(odds.gain.p5, noun, currency)} to ${earned(odds.gain.p95, noun, currency)}`;
  const about = `${earned(odds.gain.mean, noun, currency)} (${range})`;
  const size = `${extraOf(noun).toLowerCase()} of about ${about}`;
  const unwanted = odds.gain.mean < 0 && !isCut(plan, reference);
  const then = unwanted ? "" : tests(test, found.map((each) => each.name));
  const elsewhere = shaped.length ? `spread ${listed(shaped)} in another way over weeks or regions` : "";
  const what = [steps(found, currency), elsewhere].filter(Boolean).join("; ");
  const would = unwanted ? "this plan is expected to lose, and is not advised: " : "";
  return `For ${when}: ${would}${what}, ${at}. ${upper(size)}; ${chances(odds)}.${then}`;
}
