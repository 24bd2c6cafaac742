// The reading of a test in words, and which column of its table is which.
import type { LiftTestMade, Reading } from "../api/experiments";
import type { Dataset } from "../api/types";
import { amount, day, money } from "./format";
import { named } from "./experiments";

const CHANCE = 0.05;
const DOUBTFUL = 0.1;
const CONTRADICTS = 2;

const share = (value: number): string => `${amount(100 * Math.abs(value), 2)} %`;
const side = (value: number): string => `${share(value)} ${value < 0 ? "less" : "more"}`;

/** How much more or less was sold, and between what. */
export function foundBy(reading: Reading): string {
  const { p2_5: low, p50: middle, p97_5: high } = reading.lift;
  const range = low < 0 === high < 0
    ? `between ${share(Math.min(Math.abs(low), Math.abs(high)))} and ${share(Math.max(Math.abs(low), Math.abs(high)))} ${high < 0 ? "less" : "more"}`
    : `between ${side(low)} and ${side(high)}`;
  return `${sentenceCase(named(reading.treated))} sold about ${side(middle)} than without the test: ${range}, in 19 of 20 such cases.`;
}

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Whether chance explains it. */
export function meaningOf(reading: Reading): string {
  if (reading.p_value < CHANCE) {
    const { rank_p_value: rank, geos } = reading.placebos_in_space;
    const alike = geos.filter((geo) => geo.p_value <= reading.p_value).length;
    if (rank !== null && rank > DOUBTFUL && alike >= 2) {
      return `Take it for unproven: ${alike} of ${geos.length} regions in which nothing was done moved by as much.`;
    }
    return "That is more than chance explains.";
  }
  const cut = (reading.spend?.extra ?? 0) < 0;
  const least = cut ? reading.detectable.cut : reading.detectable.increase;
  if (least === null) return "That is within chance, and the test could hardly have found any effect.";
  return `That is within chance. It does not say that there was no effect: one of less than ${share(least)} is missed more often than one time in five.`;
}

/** What was spent more or less, or null where the table does not say. */
export function spentBy(reading: Reading, currency: string | null | undefined): string | null {
  if (!reading.spend) return null;
  const { extra } = reading.spend;
  return `${money(Math.abs(extra), currency)} ${extra < 0 ? "less" : "more"} was spent than usual.`;
}

/** What the same reading says where and when nothing was done. */
export function placebosOf(reading: Reading): string[] {
  const told: string[] = [];
  const shown = (ps: readonly { p_value: number }[]) => ps.filter((each) => each.p_value < DOUBTFUL).length;
  const { geos } = reading.placebos_in_space;
  const { windows } = reading.placebos_in_time;
  const usual = "about 1 in 10 does so by chance";
  if (geos.length) {
    told.push(`Read in the same way, ${of(shown(geos), geos.length, "region", "regions")} in which nothing was done ${shown(geos) === 1 ? "seems" : "seem"} to have had an effect; ${usual}.`);
  }
  if (windows.length) {
    told.push(`The same regions in earlier times: ${of(shown(windows), windows.length, "stretch", "stretches")} ${shown(windows) === 1 ? "seems" : "seem"} to have had one; ${usual}.`);
  }
  if (!told.length) told.push("There was too little to check the reading on: no other region, and no earlier time.");
  return told;
}

const of = (some: number, all: number, noun: string, nouns: string): string =>
  `${some || "none"} of ${amount(all)} ${all === 1 ? noun : nouns}`;

/** Whether the model expected it. */
export function agreementOf(made: LiftTestMade, channel: string): string {
  const { surprise } = made;
  if (Math.abs(surprise) <= CONTRADICTS) return "The model expected about that.";
  return `It contradicts the model, which expected clearly ${surprise > 0 ? "fewer" : "more"} sales than that. One of the two is wrong about ${channel}.`;
}

export interface Step {
  date: string;
  low: number;
  middle: number;
  high: number;
  after: boolean;
}

/** More or less sold in each day or week of the test, with its range. */
export function stepsOf(reading: Reading): Step[] {
  return reading.periods.flatMap(({ date, phase, observed, predicted, p2_5, p97_5 }) =>
    phase === "before" || p2_5 === null || p97_5 === null
      ? []
      : [{ date, low: observed - p97_5, middle: observed - predicted, high: observed - p2_5, after: phase === "cooldown" }],
  );
}

export const stepName = (step: Step): string => `${day(step.date)}${step.after ? ", after the test" : ""}`;

export interface Columns {
  date: string;
  geo: string;
  kpi: string;
  spend: string;
}

type Profiled = Dataset["profile"]["columns"];

/** Which column is most likely which, empty where none fits; of no channel, where no spend is asked for. */
export function guessed(columns: Profiled, channel: string | null, sales: string): Columns {
  const of = (kind: string) => columns.filter((column) => column.kind === kind).map((column) => column.name);
  const numbers = of("number");
  const pick = (names: string[], ...ways: RegExp[]) => {
    for (const way of ways) {
      const found = names.find((name) => way.test(name));
      if (found) return found;
    }
    return "";
  };
  const anywhere = (name: string) => new RegExp(name.replace(/[^\w]/g, "."), "i");
  const exact = (name: string) => new RegExp(`^${anywhere(name).source}$`, "i");
  const spend = channel === null ? "" : pick(numbers, exact(`${channel}_spend`), exact(channel), anywhere(channel), /spend|cost/i);
  const rest = numbers.filter((name) => name !== spend);
  return {
    date: of("date")[0] ?? "",
    geo: pick(of("text"), /region|geo|state|city|market|dma/i) || (of("text")[0] ?? ""),
    kpi: pick(rest, exact(sales), /sales|revenue|orders|units/i),
    spend,
  };
}
