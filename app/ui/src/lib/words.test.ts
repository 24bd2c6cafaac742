import { expect, it } from "vitest";
import { tooPrecise, unfitWords } from "./words";

it("finds words that planners must not meet, and only whole ones", () => {
  expect(unfitWords("The gains of this KPI at the margin")).toEqual(["gains", "KPI"]);
  expect(unfitWords("against priority, withdrawn, excellent detail, again")).toEqual([]);
});

it("finds numbers that say more than is known", () => {
  expect(tooPrecise("26,123 units, 1.234 and 0.0012345")).toEqual(["26,123", "1.234", "0.0012345"]);
  expect(tooPrecise("26,100 units, 1.23 million, 30 Dec 2024, 0.00123, 100,000")).toEqual([]);
});
