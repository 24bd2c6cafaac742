import { describe, expect, it } from "vitest";
import { pasted, total, withAmount } from "./budget";
import { typed } from "./format";

const plan = { tv: 100, radio: 50, search: 50, social: 0 };
const free = new Set<string>();

describe("the same total", () => {
  it("takes from the others in proportion", () => {
    const next = withAmount(plan, "tv", 120, free, "same-total");
    expect(next).toEqual({ plan: { tv: 120, radio: 40, search: 40, social: 0 }, limited: null });
  });

  it("leaves locked channels alone", () => {
    const next = withAmount(plan, "tv", 120, new Set(["radio"]), "same-total").plan;
    expect(next).toEqual({ tv: 120, radio: 50, search: 30, social: 0 });
  });

  it("gives no more than the others have, and says so", () => {
    const next = withAmount(plan, "tv", 500, new Set(["radio"]), "same-total");
    expect(next.plan).toEqual({ tv: 150, radio: 50, search: 0, social: 0 });
    expect(next.limited).toContain("no more to give");
  });

  it("moves nothing where all others are locked", () => {
    const next = withAmount(plan, "tv", 90, new Set(["radio", "search", "social"]), "same-total");
    expect(next.plan).toBe(plan);
    expect(next.limited).toContain("unlock one");
  });

  it("spreads evenly over channels that have nothing", () => {
    const next = withAmount({ a: 10, b: 0, c: 0 }, "a", 4, free, "same-total").plan;
    expect(next).toEqual({ a: 4, b: 3, c: 3 });
  });

  it("keeps the total and no amount below nothing, whatever is typed", () => {
    for (let seed = 1; seed < 300; seed += 1) {
      const at = (k: number) => ((seed * 7919 * (k + 3)) % 1000) * (k % 4 ? 1 : 0);
      const start = { a: at(1), b: at(2), c: at(3), d: at(4) };
      const next = withAmount(start, "a", (seed * 31) % 2500, new Set(seed % 3 ? [] : ["c"]), "same-total").plan;
      expect(total(next)).toBeCloseTo(total(start), 6);
      expect(Math.min(...Object.values(next))).toBeGreaterThanOrEqual(0);
    }
  });
});

it("changes the total where that is the rule", () => {
  expect(withAmount(plan, "tv", 300, free, "free-total").plan).toEqual({ ...plan, tv: 300 });
});

it("reads a pasted plan and names the lines that it cannot read", () => {
  const found = pasted("TV\t1,200\nradio: 35k\ntv online 5\n\npress 10\nsearch lots", ["tv", "tv online", "radio", "search"], typed);
  expect(found.plan).toEqual({ tv: 1200, radio: 35000, "tv online": 5 });
  expect(found.problems).toEqual(["Line 5: no channel of the model begins it.", "Line 6: “lots” is no amount."]);
});
