// Words that a planner meets, and those that she must not.
import type { Grade } from "../api/types";

export const GRADE_WORDS: Record<Grade, string> = {
  tested: "Tested",
  seen: "Seen in the data",
  coincidence: "Could be coincidence",
  too_small: "Too small to measure",
  do_not_use: "Do not use",
};

export const GRADE_MEANS: Record<Grade, string> = {
  tested: "An experiment has measured it.",
  seen: "Measured, and no check speaks against it.",
  coincidence: "Something else of plausible strength could have made it. Test before betting on it.",
  too_small: "The data cannot tell it from nothing. Leave its budget, or test it.",
  do_not_use: "A check contradicts it. Put no money on it until a test has measured it.",
};

/** Never on Home or Plan, outside a drawer of details. */
export const NOT_FOR_PLANNERS = [
  "KPI", "gain", "posterior", "draw", "CVaR", "risk aversion", "tail", "optimal", "binding",
  "shadow price", "marginal ROI", "identified", "prior", "R-hat", "champion", "verdict", "horizon", "cell",
] as const;

const FOUND = new RegExp(`\\b(${NOT_FOR_PLANNERS.join("|")})s?\\b`, "gi");

export const unfitWords = (text: string): string[] => [...text.matchAll(FOUND)].map((match) => match[0]);

/** Numbers of more than three significant digits, years and dates aside. */
export function tooPrecise(text: string): string[] {
  const numbers = text.replace(/\b\d{1,2} [A-Z][a-z]{2} \d{4}\b/g, "").match(/\d[\d,]*(?:\.\d+)?/g) ?? [];
  return numbers.filter((number) => {
    const digits = number.replace(/,/g, "");
    const significant = digits.includes(".") ? digits.replace(/^0*\.?0*|\./g, "") : digits.replace(/^0+|0+$/g, "");
    return significant.length > 3;
  });
}
