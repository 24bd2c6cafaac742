import { expect, it } from "vitest";
import { hashOf, routeOf } from "./route";

it("reads back what it writes", () => {
  const route = { screen: "plan", model: "mdl_1", scenario: "scn_2", channel: null } as const;
  expect(routeOf(hashOf(route))).toEqual(route);
  const test = { screen: "tests", model: null, scenario: null, channel: "paid & social" } as const;
  expect(routeOf(hashOf(test))).toEqual(test);
});

it("leads home from anywhere else", () => {
  expect(routeOf("").screen).toBe("home");
  expect(routeOf("#/<script>").screen).toBe("home");
});
