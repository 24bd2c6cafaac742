// A plan in its parts: the months, weeks and regions of each channel.
import { MONTHS, day, later } from "./format";

/** Shares of a channel's total, adding up to one; what is not given is as usual. */
export interface Shape {
  weeks?: number[];
  regions?: Record<string, number>;
}

export type Shapes = Readonly<Record<string, Shape>>;

/** Periods of a plan: a name, and the positions of the weeks (or regions) that it holds. */
export interface Part {
  name: string;
  at: number[];
}

export const weeksFrom = (start: string, count: number): string[] =>
  Array.from({ length: count }, (_, week) => later(start, 7 * week));

export const weekParts = (weeks: readonly string[]): Part[] => weeks.map((week, at) => ({ name: day(week), at: [at] }));

/** A week counts to the month that has most of its days. */
export function monthParts(weeks: readonly string[]): Part[] {
  const found = new Map<string, number[]>();
  weeks.forEach((week, at) => {
    const middle = later(week, 3);
    const name = `${MONTHS[Number(middle.slice(5, 7)) - 1]} ${middle.slice(0, 4)}`;
    found.set(name, [...(found.get(name) ?? []), at]);
  });
  return [...found].map(([name, at]) => ({ name, at }));
}

export const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, each) => sum + each, 0);

/** Shares in proportion to the amounts; even where there is nothing. */
export function sharesOf(amounts: readonly number[]): number[] {
  const whole = sumOf(amounts);
  return amounts.map((amount) => (whole > 0 ? amount / whole : 1 / amounts.length));
}

export type PartRule = "channel-stays" | "channel-changes";

export interface TypedPart {
  amounts: number[];
  /** Why the amount that was typed is not the one there; null where it is. */
  limited: string | null;
}

/**
 * The amounts of a channel after those `at` the positions are set to a sum.
 *
 * Where the channel stays, its other amounts give way in proportion, and no part gets more than all.
 */
export function withPart(amounts: readonly number[], at: readonly number[], typed: number, rule: PartRule): TypedPart {
  const inside = new Set(at);
  const whole = sumOf(amounts);
  const others = amounts.map((_, position) => position).filter((position) => !inside.has(position));
  const stays = rule === "channel-stays";
  if (stays && !others.length) return { amounts: [...amounts], limited: "This is all of the channel: let its total change." };
  const value = stays ? Math.min(typed, whole) : typed;
  const next = [...amounts];
  spread(next, at, value);
  if (stays) spread(next, others, whole - value);
  return { amounts: next, limited: value < typed ? "That is more than the channel has in these weeks." : null };
}

function spread(amounts: number[], at: readonly number[], sum: number): void {
  const shares = sharesOf(at.map((position) => amounts[position]!));
  at.forEach((position, index) => {
    amounts[position] = sum * shares[index]!;
  });
}
