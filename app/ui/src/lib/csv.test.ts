import { expect, it } from "vitest";
import { csv } from "./csv";

it("quotes what needs it and disarms formulas", () => {
  const table = { head: ["a", "b"], rows: [["x,\"y\"", 1.5], ["=1+1", null], ["-cmd", -2]] as (string | number | null)[][] };
  expect(csv(table)).toBe('a,b\r\n"x,""y""",1.5\r\n\'=1+1,\r\n\'-cmd,-2\r\n');
});
