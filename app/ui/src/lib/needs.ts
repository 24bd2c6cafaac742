// What needs the reader, each with the one click that mends it.
import type { Model } from "../api/types";
import { day, later, listed } from "./format";
import { hashOf } from "./route";

export interface Need {
  what: string;
  click?: string;
  link?: string;
}

const FRESH_WEEKS = 5;
const WEEK = 7 * 86_400_000;
export const DEMO = "demo brand";

export function needs(model: Model, now: Date): Need[] {
  const found: Need[] = [];
  const end = later(model.data.end, 6);
  const old = Math.floor((now.getTime() - Date.parse(end)) / WEEK);
  if (old > FRESH_WEEKS && model.name !== DEMO) {
    found.push({
      what: `The data end ${old} weeks ago, on ${day(end)}.`,
      click: "Add the new weeks",
      link: hashOf({ screen: "data" }),
    });
  }
  const unusable = model.evidence?.levers.filter((lever) => lever.grade === "do_not_use" && lever.kind === "channel") ?? [];
  if (unusable.length) {
    found.push({
      what: `A check contradicts ${listed(unusable.map((lever) => lever.name))}.`,
      click: "See why",
      link: hashOf({ screen: "happened", model: model.id }),
    });
  }
  const weeks = model.evidence?.unexplained_weeks ?? [];
  if (weeks[0]) {
    found.push({
      what: `Sales from ${day(weeks[0].start)} to ${day(later(weeks[0].end, 6))} have no cause in the model. What happened then?`,
      click: "Add the event",
      link: hashOf({ screen: "data" }),
    });
  }
  if (model.second_model?.status === "pending") {
    found.push({ what: "A second model is still being made. Odds and moves may change when it is there." });
  }
  if (model.name === DEMO) {
    found.push({ what: "This is a simulated brand.", click: "Use my own table", link: hashOf({ screen: "data" }) });
  }
  return found;
}
