// The answers of a model as the series and rows that charts show.
import type { Contributions, Curves, Weeks } from "../api/types";

export interface Areas {
  weeks: string[];
  /** Names from the bottom to the top: all that is not media, then each channel. */
  names: string[];
  /** Contribution by name and week, means. */
  values: number[][];
}

export const WITHOUT_MEDIA = "Without media";

/** The decomposition by week: what is not media together, then each channel. */
export function areas(weekly: Contributions): Areas {
  const channels = weekly.channels.map((channel) => channel.name);
  const weeks = [...new Set(weekly.components.map((row) => row.week!))].sort();
  const position = new Map(weeks.map((week, index) => [week, index]));
  const names = [WITHOUT_MEDIA, ...channels];
  const values = names.map(() => new Array<number>(weeks.length).fill(0));
  for (const row of weekly.components) {
    const series = row.kind === "channel" ? channels.indexOf(row.name) + 1 : 0;
    values[series]![position.get(row.week!)!]! += row.contribution.mean;
  }
  return { weeks, names, values };
}

/** Sums from the bottom up: the upper edge of each area. */
export function stacked(values: readonly number[][]): number[][] {
  const edges: number[][] = [];
  for (const row of values) {
    const below = edges[edges.length - 1];
    edges.push(row.map((value, week) => value + (below?.[week] ?? 0)));
  }
  return edges;
}

export interface Step {
  name: string;
  kind: string;
  from: number;
  to: number;
  size: number;
}

const NAMES: Record<string, string> = {
  baseline: "Base and season",
  control: "Other measured causes",
  price: "Own price",
  rival_price: "Rivals' prices",
  rival_spend: "Rivals' media",
  interaction: "Together",
};

/** The steps of the waterfall: base first, then causes that are no media, then channels by size. */
export function waterfall(total: Contributions): Step[] {
  const sums = new Map<string, { kind: string; size: number }>();
  for (const row of total.components) {
    const name = row.kind === "channel" ? row.name : (NAMES[row.kind] ?? row.name);
    const before = sums.get(name)?.size ?? 0;
    sums.set(name, { kind: row.kind, size: before + row.contribution.mean });
  }
  const whole = [...sums.values()].reduce((sum, each) => sum + each.size, 0);
  const rank = (kind: string) => (kind === "baseline" ? 0 : kind === "channel" ? 2 : 1);
  let level = 0;
  return [...sums]
    .filter(([, { size }]) => Math.abs(size) > 5e-4 * Math.abs(whole))
    .sort(([, a], [, b]) => rank(a.kind) - rank(b.kind) || Math.abs(b.size) - Math.abs(a.size))
    .map(([name, { kind, size }]) => {
      const from = level;
      level += size;
      return { name, kind, from, to: level, size };
    });
}

/** Share of the total that media made: mean of the channels' shares. */
export function mediaShare(total: Contributions): number {
  return total.components
    .filter((row) => row.kind === "channel")
    .reduce((sum, row) => sum + row.contribution.mean, 0) /
    total.components.reduce((sum, row) => sum + row.contribution.mean, 0);
}

/** How many of the observed weeks lie inside their range, as a share. */
export function inside(weeks: Weeks): number {
  const known = weeks.weeks.filter((week) => week.kpi !== null);
  const within = known.filter((week) => week.kpi! >= week.predicted.p5 && week.kpi! <= week.predicted.p95);
  return within.length / Math.max(1, known.length);
}

/** Counts of weeks by spend, in `bins` equal steps up to `most`; weeks without spend are left out. */
export function histogram(spends: readonly number[], most: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const spend of spends) {
    if (spend > 0 && most > 0) counts[Math.min(bins - 1, Math.floor((bins * spend) / most))]! += 1;
  }
  return counts;
}

/** What the next unit of a channel's money brings at `spend` a week, from its curve. */
export function slopeAt(curve: Curves["channels"][number], spend: number): number {
  const points = curve.points;
  const right = points.findIndex((point) => point.spend >= spend);
  if (right <= 0) return points[Math.max(right, 0)]?.marginal.mean ?? 0;
  const [a, b] = [points[right - 1]!, points[right]!];
  const share = (spend - a.spend) / (b.spend - a.spend || 1);
  return a.marginal.mean + share * (b.marginal.mean - a.marginal.mean);
}
