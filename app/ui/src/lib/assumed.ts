// What an answer assumes about prices, promotions and rivals, in the words of a planner.
import { listed } from "./format";

export interface Assumed {
  /** "own price and rival's media stay as they were last". */
  sentence: string;
  /** The note of the service that says it. */
  note: string;
}

const NOTE = /^after \S+, (.+): (.+)$/;
const SHOWN = 4;

const HOW: [RegExp, (names: string, several: boolean) => string][] = [
  [/^held at the last value$/, (names, several) => `${names} ${several ? "stay as they were" : "stays as it was"} last`],
  [/^assumed as in the same weeks of last year$/, (names) => `${names} as in the same weeks of last year`],
  [/^assumed as from (\S+) to (\S+)$/, (names) => `${names} as in the last weeks`],
  [/^taken as absent$/, (names) => `no ${names}`],
  [/^cost of exposure and contacts at their mean$/, (names) => `the price of a contact at its mean, for ${names}`],
  [/^owned media are no part of the plan/, (names, several) => `${names}, which ${several ? "cost" : "costs"} nothing, as today`],
];

/** The notes about what is assumed, as sentences; what the plan itself states comes first. */
export function assumedIn(notes: readonly string[], stated: readonly string[] = []): Assumed[] {
  const own = stated.length ? [{ sentence: `${listed(stated.map(plainName))} as the opened plan says`, note: "Stated in the plan." }] : [];
  return [...own, ...notes.flatMap((note) => told(note))];
}

export const isAssumption = (note: string): boolean => NOTE.test(note);

function told(note: string): Assumed[] {
  const found = NOTE.exec(note);
  if (!found) return [];
  const names = found[2]!.split(", ");
  const how = HOW.find(([pattern]) => pattern.test(found[1]!))?.[1];
  const shown = names.length > SHOWN ? [...names.slice(0, SHOWN - 1).map(plainName), `${names.length - SHOWN + 1} others`] : names.map(plainName);
  return [{ sentence: how ? how(listed(shown), names.length > 1) : `${listed(shown)}: ${found[1]}`, note }];
}

function plainName(name: string): string {
  if (name === "price") return "own price";
  const [rival, what] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf(".") + 1)];
  if (rival && what === "price") return `${rival}'s price`;
  if (rival && what === "spend") return `${rival}'s media`;
  return name;
}
