// Tests in words: what is done, what it costs, how it stands, and what a form asks for.
import type { ExperimentSummary, SpendChange, ValuedTest } from "../api/experiments";
import type { Model } from "../api/types";
import { amount, day, later, listed, money } from "./format";
import { type Noun, earned, twentieths } from "./tell";

const MOST_NAMED = 4;

const SHARES: [number, string][] = [[0.25, "a quarter"], [1 / 3, "a third"], [0.5, "half"], [2 / 3, "two thirds"], [0.75, "three quarters"]];

/** A share of the market: "half of the market", "16 % of the market". */
export function shareOf(share: number): string {
  const near = SHARES.find(([value]) => Math.abs(value - share) < 0.015);
  return near ? `${near[1]} of the market` : `${amount(100 * share, 2)} % of the market`;
}

/** What is done to the spend: "switch tv off", "cut tv by half", "raise tv by half", "double tv". */
export function changeOf(channel: string, change: Partial<SpendChange>, currency: string | null | undefined): string {
  if (change.add) return `spend ${money(change.add, currency)} a week more on ${channel}`;
  const scale = change.scale ?? 1;
  if (scale === 0) return `switch ${channel} off`;
  if (scale === 2) return `double ${channel}`;
  const by = Math.abs(scale - 1);
  return `${scale < 1 ? "cut" : "raise"} ${channel} by ${by === 0.5 ? "half" : `${amount(100 * by, 2)} %`}`;
}

export const weeksOf = (weeks: number): string => `${weeks} ${weeks === 1 ? "week" : "weeks"}`;

export const named = (geos: readonly string[]): string =>
  geos.length <= MOST_NAMED ? listed(geos) : `${geos.length} regions`;

/** "Switch tv off in half of the market for 8 weeks". */
export function described(test: ValuedTest): string {
  const where = test.geos ? `${named(test.geos)} (${shareOf(test.share)})` : shareOf(test.share);
  return `${changeOf(test.channel, { scale: 1 + test.change }, null)} in ${where} for ${weeksOf(test.weeks)}`;
}

/** What a result is worth; nothing where a test of nothing would show as much. */
export function worthOf(value: number | null, noise: number | null, noun: Noun, currency: string | null | undefined): string {
  if (value === null) return "not known";
  return value <= Math.max(0, noise ?? 0) ? "nothing that shows" : earned(value, noun, currency);
}

/** What a test costs, or that what it saves is more than what it loses. */
export function costOf(cost: { mean: number }, noun: Noun, currency: string | null | undefined): string {
  return cost.mean > 0 ? earned(cost.mean, noun, currency) : "saves more than it loses";
}

export const foundIn = (assurance: number): string => `about ${twentieths(assurance)} of 20 cases`;

/** The loss or lift that is found four times in five. */
export function smallest(detectable: number | null): string {
  if (detectable === null) return "none, however large";
  return `a ${detectable < 0 ? "loss" : "lift"} of ${amount(100 * Math.abs(detectable), 2)} %`;
}

/** The channels of a model on which money is spent. */
export const bought = (model: Model): string[] =>
  (model.spec.channels as { name: string; cost?: unknown }[]).filter(({ cost }) => cost !== "none").map(({ name }) => name);

/** The regions of a model; none where it has no more than one. */
export function regionsOf(model: Model): string[] {
  const names = [...new Set(model.data.geos.map((name) => name.split(" | ")[0]!))];
  return names.length > 1 ? names : [];
}

export type Change = "off" | "half" | "more" | "double" | "add" | "plan";

export const CHANGES: [Change, string, number | null][] = [
  ["off", "switch it off", 0],
  ["half", "half of it", 0.5],
  ["more", "one and a half times it", 1.5],
  ["double", "double it", 2],
  ["add", "an amount a week on top", null],
];

/** What a design can also do: begin a plan in the treated regions. */
export const PLAN_FIRST: [Change, string, null] = ["plan", "begin a plan there first", null];

/** What happens where, when a plan begins in the treated regions. */
export function rolloutOf(row: { usual: number; planned: number; begins: number }, currency: string | null | undefined): string {
  const planned = `${money(row.planned, currency)} a week`;
  return row.begins === 1 ? `treated: ${planned} from the first week on` : `waits with ${money(row.usual, currency)} a week, ${planned} from week ${row.begins} on`;
}

/** The change as the service takes it; null where the amount is missing. */
export function spendChange(change: Change, add: number | null): Partial<SpendChange> | null {
  const scale = CHANGES.find(([name]) => name === change)![2];
  if (scale !== null) return { scale };
  return add !== null && add > 0 ? { add } : null;
}

export const changeFrom = (scale: number): Change => CHANGES.find(([, , each]) => each === scale)?.[0] ?? "off";

/** The Monday after a day, as an ISO date. */
export function nextMonday(today: string): string {
  const weekday = new Date(`${today}T00:00:00Z`).getUTCDay();
  return later(today, ((8 - weekday) % 7) || 7);
}

/** Today by the clock of the service, which counts days in UTC. */
export const todayOf = (now: Date): string => now.toISOString().slice(0, 10);

export type Stage = "draft" | "running" | "over" | "read" | "used";

export function stageOf(test: Pick<ExperimentSummary, "status" | "ends">, today: string): Stage {
  return test.status === "running" && today > test.ends ? "over" : test.status;
}

export function stageWords(test: Pick<ExperimentSummary, "status" | "ends" | "start">, today: string): string {
  switch (stageOf(test, today)) {
    case "draft":
      return `Draft: to begin on ${day(test.start)}`;
    case "running":
      return `${test.start > today ? `Begins on ${day(test.start)}, runs` : "Running"} until ${day(test.ends)}`;
    case "over":
      return `Over since ${day(test.ends)}: read it`;
    case "read":
      return "Read";
    case "used":
      return "Used";
  }
}

/** Names that were typed one a line, or with commas or semicolons between them. */
export const namesOf = (text: string): string[] =>
  text.split(/[\n,;]/).map((name) => name.trim()).filter(Boolean);
