import { describe, expect, it } from "vitest";
import { amount, day, later, listed, money, percent, signed, typed } from "./format";

describe("amounts", () => {
  it.each([
    [26123, "26,100"], [1234567, "1.23 million"], [0.4218, "0.422"], [999.6, "1,000"], [0, "0"],
    [-0.00000001, "-0.00000001"], [999999, "1 million"], [2.5e9, "2.5 billion"],
  ])("%s is told as %s", (value, told) => expect(amount(value)).toBe(told));

  it("has a symbol, a code, or nothing", () => {
    expect(money(-26123, "EUR")).toBe("−€26,100");
    expect(money(26123, "CZK")).toBe("CZK 26,100");
    expect(money(26123, null)).toBe("26,100");
    expect(money(-2.05e-14, "USD")).toBe("$0");
    expect(signed(9.42e-15, "USD")).toBe("no change");
    expect(money(0.02, "USD")).toBe("$0.02");
  });

  it("says that nothing changes instead of +0", () => {
    expect(signed(0, "EUR")).toBe("no change");
    expect(signed(12000, "EUR")).toBe("+€12,000");
    expect(signed(-12000, "EUR")).toBe("−€12,000");
  });

  it("calls a channel without money before new", () => {
    expect(percent(null)).toBe("new");
    expect(percent(-0.1)).toBe("−10 %");
  });
});

describe("what is typed", () => {
  it.each([
    ["1,200", 1200], ["€ 1.2m", 1.2e6], ["35k", 35000], ["20 000", 20000], ["0", 0], ["12.5", 12.5],
  ])("%s is %s", (text, value) => expect(typed(text)).toBe(value));
  it.each(["", "tv", "-5", "1.2.3", "NaN", "Infinity", "1e9"])("%s is no amount", (text) => expect(typed(text)).toBeNull());
});

it("lists names as people do", () => {
  expect(listed([])).toBe("");
  expect(listed(["tv"])).toBe("tv");
  expect(listed(["tv", "radio", "search"])).toBe("tv, radio and search");
});

it("counts days over the end of a year", () => {
  expect(later("2024-12-23", 7)).toBe("2024-12-30");
  expect(day("2024-12-30")).toBe("30 Dec 2024");
});
