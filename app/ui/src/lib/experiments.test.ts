import { expect, it } from "vitest";
import type { ValuedTest } from "../api/experiments";
import type { Model } from "../api/types";
import {
  bought, changeFrom, changeOf, costOf, described, foundIn, namesOf, nextMonday, regionsOf, rolloutOf, shareOf, smallest, spendChange, stageOf,
  stageWords, worthOf,
} from "./experiments";
import { tooPrecise, unfitWords } from "./words";

const test = { channel: "tv", change: -1, weeks: 8, geos: null, share: 0.5 } as unknown as ValuedTest;

it("says what a test is in words", () => {
  expect(described(test)).toBe("switch tv off in half of the market for 8 weeks");
  expect(described({ ...test, geos: ["north", "east"], share: 0.157, change: 1, weeks: 1 })).toBe(
    "double tv in north and east (16 % of the market) for 1 week",
  );
  expect(described({ ...test, geos: ["a", "b", "c", "d", "e"], change: -0.5 })).toBe("cut tv by half in 5 regions (half of the market) for 8 weeks");
  expect(changeOf("tv", { scale: 1.5 }, "EUR")).toBe("raise tv by half");
  expect(changeOf("tv", { scale: 0.7 }, "EUR")).toBe("cut tv by 30 %");
  expect(changeOf("tv", { add: 5000 }, "EUR")).toBe("spend €5,000 a week more on tv");
});

it("says when a plan begins in a region", () => {
  expect(rolloutOf({ usual: 1000, planned: 1500, begins: 1 }, "EUR")).toBe("treated: €1,500 a week from the first week on");
  expect(rolloutOf({ usual: 1000, planned: 1500, begins: 11 }, "EUR")).toBe("waits with €1,000 a week, €1,500 a week from week 11 on");
});

it("names shares that people name", () => {
  expect([0.25, 0.3329, 0.668].map(shareOf)).toEqual(["a quarter of the market", "a third of the market", "two thirds of the market"]);
});

it("says what a result is worth, and when that is nothing", () => {
  expect(worthOf(3517.7, 10.4, "profit", "EUR")).toBe("€3,520");
  expect(worthOf(0.2, 0.3, "profit", "EUR")).toBe("nothing that shows");
  expect(worthOf(-4, null, "profit", "EUR")).toBe("nothing that shows");
  expect(worthOf(null, null, "profit", "EUR")).toBe("not known");
  expect(worthOf(1234.5, null, "units", "EUR")).toBe("1,230 units");
});

it("does not count what a cut saves as a price", () => {
  expect(costOf({ mean: -12202 }, "profit", "EUR")).toBe("saves more than it loses");
  expect(costOf({ mean: 41.9 }, "profit", "EUR")).toBe("€41.9");
});

it("tells chances in 20, never as a certainty", () => {
  expect([0.001, 0.202, 0.999].map(foundIn)).toEqual(["about 1 of 20 cases", "about 4 of 20 cases", "about 19 of 20 cases"]);
  expect([-0.0859, 0.12, null].map(smallest)).toEqual(["a loss of 8.6 %", "a lift of 12 %", "none, however large"]);
});

it("asks for the channels that cost something, and the regions without their products", () => {
  const model = {
    spec: { channels: [{ name: "tv" }, { name: "letters", cost: "none" }] },
    data: { geos: ["north | tea", "north | coffee", "south | tea", "south | coffee"] },
  } as unknown as Model;
  expect(bought(model)).toEqual(["tv"]);
  expect(regionsOf(model)).toEqual(["north", "south"]);
  expect(regionsOf({ data: { geos: ["all | tea", "all | coffee"] } } as unknown as Model)).toEqual([]);
});

it("makes the change that the service takes", () => {
  expect(spendChange("off", null)).toEqual({ scale: 0 });
  expect(spendChange("more", 9)).toEqual({ scale: 1.5 });
  expect(spendChange("add", 500)).toEqual({ add: 500 });
  expect([spendChange("add", null), spendChange("add", 0)]).toEqual([null, null]);
  expect([changeFrom(0), changeFrom(0.5), changeFrom(2), changeFrom(0.7)]).toEqual(["off", "half", "double", "off"]);
});

it("begins on the Monday after today", () => {
  expect([nextMonday("2026-11-29"), nextMonday("2026-11-30"), nextMonday("2026-12-01"), nextMonday("2026-12-31")]).toEqual([
    "2026-11-30", "2026-12-07", "2026-12-07", "2027-01-04",
  ]);
});

it("is over on the day after its last", () => {
  const running = { status: "running", start: "2026-11-02", ends: "2026-11-29" } as const;
  expect([stageOf(running, "2026-11-29"), stageOf(running, "2026-11-30")]).toEqual(["running", "over"]);
  expect(stageOf({ ...running, status: "draft" }, "2027-01-01")).toBe("draft");
  expect(stageWords(running, "2026-11-29")).toBe("Running until 29 Nov 2026");
  expect(stageWords(running, "2026-11-01")).toBe("Begins on 2 Nov 2026, runs until 29 Nov 2026");
  expect(stageWords(running, "2026-12-01")).toBe("Over since 29 Nov 2026: read it");
});

it("reads names however they are set apart", () => {
  expect(namesOf(" north, east;\n\nNew York \n")).toEqual(["north", "east", "New York"]);
});

it("uses no word and no digit that a planner must not meet", () => {
  const told = [described({ ...test, share: 0.15709 }), worthOf(123456, 1, "profit", "EUR"), smallest(-0.085919), foundIn(0.18575)];
  expect(told.flatMap((each) => [...unfitWords(each), ...tooPrecise(each)])).toEqual([]);
});
