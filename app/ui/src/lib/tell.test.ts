import { describe, expect, it } from "vitest";
import type { Model, Odds } from "../api/types";
import { needs } from "./needs";
import { standing } from "./standing";
import { advice, changes, finding, handOn, nounOf, tests, timing } from "./tell";
import { tooPrecise, unfitWords } from "./words";

const interval = (mean: number, p5: number, p95: number) => ({ mean, p5, p50: mean, p95 });
const odds = (chances: number | null, second: number | null = null) =>
  ({ gain: interval(26123, -1234.5, 61234), gain_unit: "EUR profit", chances_in_20: chances, second_model: second }) as unknown as Odds;
const frame = { start: "2024-12-30", weeks: 13, level: 2 };
const told = (answer: Odds, plan: Record<string, number>, test: string[] = []) =>
  handOn({ frame, plan, reference: { tv: 100000, radio: 50000 }, odds: answer, currency: "EUR", test });

describe("the sentence to hand on", () => {
  it("says what moves, what it brings, how sure that is, and what to test", () => {
    expect(told(odds(17, 0.74), { tv: 112345, radio: 37655 }, ["radio"])).toBe(
      "For 30 Dec 2024 to 30 Mar 2025: raise tv by €12,300; cut radio by €12,300, at the same total of €150,000. " +
        "Extra profit of about €26,100 (−€1,230 to €61,200); better than today's plan in 17 of 20 cases if the model is right, " +
        "and in 15 of 20 by a second model. Before going further, test radio.",
    );
  });

  it("says why there are no odds, and when nothing moves", () => {
    expect(told(odds(null), { tv: 112345, radio: 50000 })).toContain("no odds are given, because");
    expect(told(odds(null), { tv: 100001, radio: 49999 })).toContain("keep today's plan");
  });

  it("holds no word and no figure that planners must not meet", () => {
    for (const answer of [odds(17, 0.74), odds(null)]) {
      const sentence = told(answer, { tv: 112345, radio: 37655 }, ["radio"]);
      expect(unfitWords(sentence)).toEqual([]);
      expect(tooPrecise(sentence)).toEqual([]);
    }
  });
});

it("names changes of a thousandth and more, the largest first", () => {
  expect(changes({ a: 1000, b: 90, c: 0.5 }, { a: 1000, b: 100, c: 0 }).map((each) => each.name)).toEqual(["b"]);
});

it("knows what is earned by the unit of the answer", () => {
  expect(nounOf("currency units of profit")).toBe("profit");
  expect(nounOf("EUR revenue")).toBe("revenue");
  expect(nounOf("units")).toBe("units");
});

it("says when the extra comes, each part with its range, and leaves out a part of nothing", () => {
  const tell = (value: number) => String(value);
  const parts = (later: number) => ({ gain: interval(25, 5, 50), by_time: { inside: interval(20, 2, 40), later: interval(later, 1, 9) } });
  expect(timing(parts(5), tell)).toBe("Inside these weeks: 20 (2 to 40). Later: 5 (1 to 9).");
  expect(timing(parts(0.4), tell)).toBe("All of it comes inside these weeks.");
});

const lever = (name: string, grade: string) => ({ name, kind: "channel", grade });
const model = (status: string, levers: unknown[] = [], extra: object = {}) =>
  ({
    id: "mdl_1", name: "brand", created_at: "2024-12-30T00:00:00Z", incomplete: false,
    data: { end: "2024-12-23" }, verdict: { status, checks: [{ status, passed: status === "trusted" }] },
    evidence: { levers, unexplained_weeks: [] }, ...extra,
  }) as unknown as Model;

describe("the state of a model", () => {
  it("is one of three sentences", () => {
    expect(standing(model("trusted"), []).sentence).toBe("Ready to plan with.");
    expect(standing(model("trusted", [lever("tv", "coincidence"), lever("radio", "coincidence")]), []).sentence).toBe(
      "Ready, with 1 thing to know: tv and radio could be coincidence.",
    );
    const earlier = { ...model("trusted"), id: "mdl_0" } as Model;
    expect(standing(model("rejected"), [earlier]).sentence).toBe(
      "Not ready: one of its checks failed; until then plans come from the model of 30 Dec 2024.",
    );
    expect(standing(model("rejected"), []).sentence).toBe("Not ready: one of its checks failed.");
  });
});

it("asks for new weeks when the data are old", () => {
  expect(needs(model("trusted"), new Date("2025-01-06T00:00:00Z"))).toEqual([]);
  expect(needs(model("trusted"), new Date("2025-03-06T00:00:00Z"))[0]?.what).toBe("The data end 9 weeks ago, on 29 Dec 2024.");
});

describe("what to do with a plan as it stands", () => {
  const reference = { tv: 100000, radio: 50000 };
  const said = (plan: Record<string, number>, mean: number, now: Record<string, number> | null, test: string[] = []) =>
    advice({ plan, reference, gain: { mean }, now, test, currency: "EUR" });

  it("is to do what can be defended, and to go further after a test", () => {
    const plan = { tv: 120000, radio: 30000 };
    expect(said(plan, 5000, plan)).toBe("This can be done now.");
    expect(said(plan, 5000, plan, ["tv"])).toBe("This can be done now. Go further with tv only after a test.");
    expect(said(plan, 5000, { tv: 110000, radio: 40000 })).toBe(
      "Not all of it can be defended yet. Of it, this can be done now: raise tv by €10,000; cut radio by €10,000. The rest waits for a test.",
    );
    expect(said(plan, 5000, reference)).toBe("None of it can be defended yet: test first.");
  });

  it("is to leave what is expected to lose, whoever asked for it", () => {
    const plan = { tv: 120000, radio: 30000 };
    const loses = "Do not carry it out as it stands.";
    expect(said(plan, -22000, null)).toBe(loses);
    expect(said(plan, -22000, { tv: 100000, radio: 45000 })).toBe(`${loses} Of it, this can be done now: cut radio by €5,000.`);
  });

  it("is to make a cut that costs profit only where it must be made", () => {
    const told = said({ tv: 90000, radio: 45000 }, -2000, null);
    expect(told).toBe("Make it only if that money must be saved.");
  });

  it("stands under the finding: what to change, or what a plan that loses would do", () => {
    const found = (mean: number, plan: Record<string, number>) => finding({ plan, reference, gain: { mean }, noun: "profit", currency: "EUR" }, 2);
    expect(found(5000, { tv: 120000, radio: 30000 })).toBe("Raise tv by €20,000; cut radio by €20,000");
    expect(found(-22000, { tv: 120000, radio: 30000 })).toBe("This plan would raise tv by €20,000 and cut radio by €20,000, and lose about €22,000");
  });

  it("tells a test before going further from a test first", () => {
    expect(tests(["tv", "video"], ["tv"])).toBe(" Before going further, test tv. Test first: video.");
    expect(tests([], ["tv"])).toBe("");
  });

  it("is nothing where nothing changes or the plan was typed", () => {
    expect(said(reference, 0, reference)).toBe("");
    expect(said({ tv: 120000, radio: 30000 }, 5000, null)).toBe("");
  });
});
