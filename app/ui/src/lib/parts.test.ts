import { describe, expect, it } from "vitest";
import { monthParts, sharesOf, sumOf, weeksFrom, withPart } from "./parts";

describe("parts of a plan", () => {
  it("count a week to the month that has most of its days", () => {
    const months = monthParts(weeksFrom("2024-12-30", 13));
    expect(months.map((month) => [month.name, month.at.length])).toEqual([["Jan 2025", 5], ["Feb 2025", 4], ["Mar 2025", 4]]);
    expect(months.flatMap((month) => month.at)).toEqual(weeksFrom("2024-12-30", 13).map((_, at) => at));
    expect(monthParts(["2024-01-29"])[0]!.name).toBe("Feb 2024");
  });

  it("keep the channel's total: its other amounts give way in proportion", () => {
    const { amounts, limited } = withPart([10, 20, 30, 40], [0, 1], 60, "channel-stays");
    expect(amounts[0]! + amounts[1]!).toBeCloseTo(60);
    expect(amounts[1]! / amounts[0]!).toBeCloseTo(2);
    expect(amounts[3]! / amounts[2]!).toBeCloseTo(4 / 3);
    expect(sumOf(amounts)).toBeCloseTo(100);
    expect(limited).toBeNull();
  });

  it("give no part more than the channel has", () => {
    const { amounts, limited } = withPart([10, 20], [0], 100, "channel-stays");
    expect(amounts).toEqual([30, 0]);
    expect(limited).toMatch(/more than the channel has/);
    expect(withPart([10, 20], [0, 1], 50, "channel-stays").limited).toMatch(/all of the channel/);
  });

  it("change the channel's total where that is asked", () => {
    expect(withPart([10, 20], [0], 100, "channel-changes").amounts).toEqual([100, 20]);
    expect(withPart([0, 0, 5], [0, 1], 8, "channel-changes").amounts).toEqual([4, 4, 5]);
  });

  it("are even where there is nothing to go by", () => {
    expect(sharesOf([0, 0])).toEqual([0.5, 0.5]);
  });
});
