import { expect, it } from "vitest";
import type { LiftTestMade, Reading } from "../api/experiments";
import type { Dataset } from "../api/types";
import { agreementOf, foundBy, guessed, meaningOf, placebosOf, spentBy, stepName, stepsOf } from "./reading";
import { tooPrecise, unfitWords } from "./words";

type Parts = { [Name in keyof Reading]?: unknown };

const reading = (parts: Parts = {}): Reading =>
  ({
    treated: ["north", "south"],
    lift: { p2_5: -0.1213, p50: -0.0981, p97_5: -0.0749 },
    p_value: 0.001,
    spend: { extra: -4321.5 },
    detectable: { increase: 0.05, cut: -0.0457 },
    placebos_in_space: { rank_p_value: 0.2, geos: [{ p_value: 0.02 }, { p_value: 0.4 }, { p_value: 0.7 }] },
    placebos_in_time: { windows: [{ p_value: 0.5 }, { p_value: 0.6 }] },
    periods: [
      { date: "2026-01-05", phase: "before", observed: 9, predicted: 9, p2_5: null, p97_5: null },
      { date: "2026-01-12", phase: "window", observed: 8, predicted: 10, p2_5: 9, p97_5: 12 },
      { date: "2026-01-19", phase: "cooldown", observed: 9, predicted: 10, p2_5: 8, p97_5: 11 },
    ],
    ...parts,
  }) as unknown as Reading;

it("says what was found with its range", () => {
  expect(foundBy(reading())).toBe("North and south sold about 9.8 % less than without the test: between 7.5 % and 12 % less, in 19 of 20 such cases.");
  const unsure = reading({ lift: { p2_5: -0.03, p50: 0.012, p97_5: 0.05 } });
  expect(foundBy(unsure)).toContain("about 1.2 % more than without the test: between 3 % less and 5 % more,");
});

it("says whether chance explains it", () => {
  expect(meaningOf(reading())).toBe("That is more than chance explains.");
  const unsure = reading({ p_value: 0.3 });
  expect(meaningOf(unsure)).toContain("one of less than 4.6 % is missed");
  expect(meaningOf({ ...unsure, spend: null })).toContain("one of less than 5 % is missed");
  expect(meaningOf(reading({ p_value: 0.3, detectable: { increase: null, cut: null } }))).toContain("could hardly have found any effect");
});

it("does not believe what untreated regions show as well", () => {
  const alike = { rank_p_value: 0.75, geos: [{ p_value: 0.0005 }, { p_value: 0.001 }, { p_value: 0.7 }] };
  expect(meaningOf(reading({ placebos_in_space: alike }))).toBe("Take it for unproven: 2 of 3 regions in which nothing was done moved by as much.");
});

it("tells the placebos, and where there are none", () => {
  expect(placebosOf(reading())).toEqual([
    "Read in the same way, 1 of 3 regions in which nothing was done seems to have had an effect; about 1 in 10 does so by chance.",
    "The same regions in earlier times: none of 2 stretches seem to have had one; about 1 in 10 does so by chance.",
  ]);
  const none = reading({ placebos_in_space: { rank_p_value: null, geos: [] }, placebos_in_time: { windows: [] } });
  expect(placebosOf(none)).toHaveLength(1);
});

it("says whether the model expected it", () => {
  const made = (surprise: number) => ({ surprise }) as LiftTestMade;
  expect(agreementOf(made(-1.9), "tv")).toBe("The model expected about that.");
  expect(agreementOf(made(2.4), "tv")).toContain("expected clearly fewer sales than that");
  expect(agreementOf(made(-2.4), "tv")).toContain("expected clearly more sales than that");
});

it("says what was spent", () => {
  expect(spentBy(reading(), "EUR")).toBe("€4,320 less was spent than usual.");
  expect(spentBy(reading({ spend: null }), "EUR")).toBeNull();
});

it("shows the weeks of the test and of the time after, and none before", () => {
  const steps = stepsOf(reading());
  expect(steps).toEqual([
    { date: "2026-01-12", low: -4, middle: -2, high: -1, after: false },
    { date: "2026-01-19", low: -2, middle: -1, high: 1, after: true },
  ]);
  expect(steps.map(stepName)).toEqual(["12 Jan 2026", "19 Jan 2026, after the test"]);
});

it("guesses which column is which, and leaves open what it cannot", () => {
  const columns = (kinds: Record<string, string>) =>
    Object.entries(kinds).map(([name, kind]) => ({ name, kind })) as unknown as Dataset["profile"]["columns"];
  const found = guessed(columns({ week: "date", chain: "text", region: "text", radio: "number", sales: "number", tv_spend: "number" }), "tv", "revenue");
  expect(found).toEqual({ date: "week", geo: "region", kpi: "sales", spend: "tv_spend" });
  expect(guessed(columns({ tv: "number", orders: "number" }), null, "sales")).toMatchObject({ kpi: "orders", spend: "" });
  expect(guessed(columns({ a: "number" }), "tv", "sales")).toEqual({ date: "", geo: "", kpi: "", spend: "" });
  const odd = guessed(columns({ "pieces (1)": "number", "paid+social": "number" }), "paid+social", "pieces (1)");
  expect([odd.kpi, odd.spend]).toEqual(["pieces (1)", "paid+social"]);
});

it("uses no word and no digit that a planner must not meet", () => {
  const told = [foundBy(reading()), meaningOf(reading({ p_value: 0.3 })), ...placebosOf(reading()), spentBy(reading(), "EUR")!];
  expect(told.flatMap((each) => [...unfitWords(each), ...tooPrecise(each)])).toEqual([]);
});
