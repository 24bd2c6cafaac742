import { expect, it } from "vitest";
import type { Contributions } from "../api/types";
import { areas, histogram, mediaShare, stacked, waterfall } from "./series";

const interval = (mean: number) => ({ mean, p5: mean, p50: mean, p95: mean });
const row = (name: string, kind: string, mean: number, week: string | null = null) =>
  ({ name, kind, week, geo: null, contribution: interval(mean), share: interval(0) });
const report = (components: unknown[], channels = ["tv", "radio"]) =>
  ({ components, channels: channels.map((name) => ({ name })), unit: "units" }) as unknown as Contributions;

it("stacks the weeks so that the upper edge is the whole", () => {
  const split = areas(report([
    row("level", "baseline", 100, "2024-01-01"), row("price", "price", -10, "2024-01-01"), row("tv", "channel", 20, "2024-01-01"),
    row("radio", "channel", 5, "2024-01-08"), row("level", "baseline", 90, "2024-01-08"),
  ]));
  expect(split.weeks).toEqual(["2024-01-01", "2024-01-08"]);
  expect(split.values).toEqual([[90, 90], [20, 0], [0, 5]]);
  expect(stacked(split.values).at(-1)).toEqual([110, 95]);
});

it("steps from nothing to the whole, base first and channels last", () => {
  const steps = waterfall(report([
    row("tv", "channel", 20), row("level", "baseline", 70), row("season", "baseline", 30), row("rival.spend", "rival_spend", -15), row("radio", "channel", 25),
  ]));
  expect(steps.map((step) => [step.name, step.from, step.to])).toEqual([
    ["Base and season", 0, 100], ["Rivals' media", 100, 85], ["radio", 85, 110], ["tv", 110, 130],
  ]);
});

it("tells media's share", () => {
  expect(mediaShare(report([row("level", "baseline", 75), row("tv", "channel", 25)]))).toBe(0.25);
});

it("counts weeks by spend and leaves weeks without out", () => {
  expect(histogram([0, 1, 5, 10], 10, 2)).toEqual([1, 2]);
});
