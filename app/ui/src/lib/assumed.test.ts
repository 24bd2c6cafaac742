import { expect, it } from "vitest";
import { assumedIn, isAssumption } from "./assumed";

const NOTES = [
  "after 2024-12-23, assumed as in the same weeks of last year: demand_index",
  "after 2024-12-23, held at the last value: price, rival.price, rival.spend",
  "after 2024-12-23, taken as absent: summer_sale",
  "new_video: could be coincidence. A hidden cause would explain it.",
];

it("says what is assumed as a planner would", () => {
  expect(assumedIn(NOTES).map((each) => each.sentence)).toEqual([
    "demand_index as in the same weeks of last year",
    "own price, rival's price and rival's media stay as they were last",
    "no summer_sale",
  ]);
  expect(NOTES.map(isAssumption)).toEqual([true, true, true, false]);
});

it("names what the plan states itself, and few of many names", () => {
  const many = "after 2024-12-23, held at the last value: a, b, c, d, e, f";
  expect(assumedIn([many], ["price"]).map((each) => each.sentence)).toEqual([
    "own price as the opened plan says",
    "a, b, c and 3 others stay as they were last",
  ]);
});

it("repeats a way of assuming that it does not know", () => {
  expect(assumedIn(["after 2024-12-23, taken from the moon: tide"])[0]!.sentence).toBe("tide: taken from the moon");
});
