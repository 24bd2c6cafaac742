// What a planner asks, as the bodies of the calls that answer it.
import type { AllocateBody, EvaluateBody, Model } from "../api/types";
import type { Plan } from "./budget";
import { later } from "./format";
import { type Shape, type Shapes, sharesOf, sumOf } from "./parts";

export type Question =
  | { kind: "same" }
  | { kind: "cut"; percent: number }
  | { kind: "more"; extra: number }
  | { kind: "goal"; goal: number }
  | { kind: "own"; plan: Plan; shapes?: Shapes };

export interface Level {
  risk: number;
  name: string;
  means: string;
}

/** The caution dial in words. */
export const LEVELS: Level[] = [
  { risk: 0.2, name: "Bold", means: "counts the average case, hardly the bad ones" },
  { risk: 0.5, name: "Balanced", means: "weighs the average and the worst cases alike" },
  { risk: 0.7, name: "Careful", means: "looks first at not losing against today's plan" },
  { risk: 0.9, name: "Very careful", means: "moves only what pays in bad cases too" },
];

export const USUAL_LEVEL = 2;
const GOAL_CHANCE = 0.8;
const MOST_FOR_GOAL = 2;

export interface Frame {
  start: string;
  weeks: number;
  level: number;
  /** What a plan that was opened assumes beside its amounts, such as prices by week. */
  world?: World | undefined;
}

const WORLD = ["future", "assume", "scenarios", "reference", "reference_spend", "after", "discount_rate"] as const;
export type World = Partial<Pick<EvaluateBody, (typeof WORLD)[number]>>;

/** What a saved request assumes beside its plan. */
export function worldOf(request: Record<string, unknown>): World | undefined {
  const found = WORLD.filter((name) => request[name] !== undefined).map((name) => [name, request[name]]);
  return found.length ? (Object.fromEntries(found) as World) : undefined;
}

export const frameOf = (model: Model, weeks: number, level: number, world?: World): Frame => ({
  start: later(model.data.end, 7),
  weeks,
  level,
  ...(world ? { world } : {}),
});

/** Whether the model knows what a unit of sales is worth in money. */
export function hasMoney(model: Model): boolean {
  const kpi = model.spec.kpi;
  const cost = model.spec.price?.unit_cost;
  return kpi.kind === "revenue" || typeof kpi.value_per_unit === "number" || typeof cost === "number";
}

export function objective(model: Model, level: number) {
  return {
    kind: "mean_cvar" as const,
    risk_aversion: LEVELS[level]!.risk,
    tail: 0.1,
    on: hasMoney(model) ? ("value" as const) : ("kpi" as const),
  };
}

export function allocateBody(model: Model, frame: Frame, question: Question, reference: number): Partial<AllocateBody> {
  const body = {
    ...frame.world,
    horizon: { start: frame.start, weeks: frame.weeks },
    objective: objective(model, frame.level),
    prove: false,
  };
  switch (question.kind) {
    case "cut":
      return { ...body, budget: { total: reference * (1 - question.percent / 100) } } as Partial<AllocateBody>;
    case "more":
      return { ...body, budget: { min: reference, max: reference + question.extra } } as Partial<AllocateBody>;
    case "goal":
      return {
        ...body,
        budget: { max: MOST_FOR_GOAL * reference },
        minimise: "spend",
        conditions: [{ kind: "target", kpi: question.goal, probability: GOAL_CHANCE }],
      } as Partial<AllocateBody>;
    default:
      return { ...body, budget: { total: reference } } as Partial<AllocateBody>;
  }
}

export function planBody(model: Model, frame: Frame, plan: Plan, explore: boolean, shapes: Shapes = {}): Partial<EvaluateBody> {
  const amounts = Object.entries(plan).map(([name, spend]) => {
    const weeks = spend > 0 ? shapes[name]?.weeks : undefined;
    return [name, weeks ? weeks.map((share) => share * spend) : spend];
  });
  const split = Object.entries(shapes).flatMap(([name, shape]) => (shape.regions ? [[name, shape.regions]] : []));
  return {
    ...frame.world,
    horizon: { start: frame.start, weeks: frame.weeks },
    objective: objective(model, frame.level),
    plan: Object.fromEntries(amounts),
    explore,
    ...(split.length ? { phasing: { split: Object.fromEntries(split) } } : {}),
  } as Partial<EvaluateBody>;
}

/** A saved request as the plan of the screen: totals, and the weeks and regions that it gives. */
export function planOf(request: Record<string, unknown>): { plan: Plan; shapes: Shapes } {
  const given = request.plan as Record<string, number | number[]>;
  const split = (request.phasing as { split?: Record<string, Record<string, number>> } | undefined)?.split ?? {};
  const plan: Plan = {};
  const shapes: Record<string, Shape> = {};
  for (const [name, spend] of Object.entries(given)) {
    plan[name] = typeof spend === "number" ? spend : sumOf(spend);
    if (typeof spend !== "number" && plan[name]! > 0) shapes[name] = { weeks: sharesOf(spend) };
    if (split[name]) shapes[name] = { ...shapes[name], regions: split[name] };
  }
  return { plan, shapes };
}
