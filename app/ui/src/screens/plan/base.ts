// What the plan screen starts from: today's plan, a plan that can be defended, and why.
import { allocate, askOdds, evaluate } from "../../api/calls";
import type { Allocation, Evaluation, Model, Moves, Odds, Planned } from "../../api/types";
import { type Plan, total } from "../../lib/budget";
import { type Frame, type Question, allocateBody, planBody } from "../../lib/question";

export interface Base {
  reference: Plan;
  referenceKind: string | null;
  plan: Plan;
  moves: Moves | null;
  answer: Allocation | Evaluation;
  unit: string;
  obstacles: Allocation["obstacles"];
  /** How the plan compares with today's, before anything is typed. */
  odds: Odds;
  outOfReach: { reached: number; outcome: number; unit: string } | null;
}

const TRACE = 1e-6;

/** The amounts of a plan, without the traces that a search leaves of what it gives nothing. */
export function amounts(plan: { channels: readonly { name: string; spend: number }[] }): Plan {
  const least = TRACE * plan.channels.reduce((sum, channel) => sum + channel.spend, 0);
  return Object.fromEntries(plan.channels.map(({ name, spend }) => [name, spend > least ? spend : 0]));
}

/** Today's plan over the weeks of the frame. */
export async function referenceOf(model: Model, frame: Frame): Promise<{ plan: Plan; odds: Odds }> {
  const channels = model.spec.channels as (string | { name: string; cost?: unknown })[];
  const paid = channels.filter((channel) => typeof channel === "string" || channel.cost !== "none");
  const nothing = Object.fromEntries(paid.map((channel) => [nameOf(channel), 0]));
  const odds = await askOdds(model.id, planBody(model, frame, nothing, false));
  return { plan: Object.fromEntries(odds.channels.map((each) => [each.name, each.current])), odds };
}

const nameOf = (channel: string | { name: string }): string => (typeof channel === "string" ? channel : channel.name);

const known = new Map<string, Promise<Base>>();
const MOST_KNOWN = 40;

/** The base of a question, asked once however many screens want it; a failure is not kept. */
export function baseOf(model: Model, frame: Frame, question: Question): Promise<Base> {
  const key = JSON.stringify([model.id, model.second_model?.status ?? null, frame, question]);
  const found = known.get(key);
  if (found) return found;
  const asked = askBase(model, frame, question);
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  if (known.size > MOST_KNOWN) known.delete(known.keys().next().value!);
  return asked;
}

async function askBase(model: Model, frame: Frame, question: Question): Promise<Base> {
  const { plan: reference } = await referenceOf(model, frame);
  if (question.kind === "own") {
    const plan = { ...reference, ...question.plan };
    const body = planBody(model, frame, plan, true, question.shapes);
    const odds = await askOdds(model.id, body);
    const answer = await evaluate(model.id, body);
    return { ...common(answer, reference), plan, odds, moves: answer.moves ?? null, obstacles: [], outOfReach: null };
  }
  const answer = await allocate(model.id, allocateBody(model, frame, question, total(reference)));
  const moves = answer.moves ?? null;
  const goal = answer.conditions.find((condition) => condition.kind === "target");
  const plan = question.kind === "goal" ? amounts(answer.plan) : startOf(moves?.plan ?? null, reference);
  const odds = await askOdds(model.id, planBody(model, frame, plan, false));
  const missed = answer.status === "condition_unmet" && goal !== undefined;
  return {
    ...common(answer, reference),
    plan,
    odds,
    moves,
    obstacles: answer.obstacles,
    outOfReach: missed
      ? { reached: goal.reached, outcome: answer.outcome.mean, unit: answer.outcome_unit }
      : null,
  };
}

function common(answer: Allocation | Evaluation, reference: Plan) {
  return { answer, reference, referenceKind: answer.reference?.kind ?? null, unit: answer.gain_unit };
}

const startOf = (plan: Planned | null, reference: Plan): Plan => (plan ? amounts(plan) : reference);

export type Group = "do_now" | "test_first" | "hold";

/** Each channel in one group; one that moves now and further after a test is told under Do now. */
export function groups(base: Base): Record<Group, string[]> {
  const names = Object.keys(base.reference);
  const now = new Set(base.moves?.do_now.map((move) => move.channel));
  const test = new Set(base.moves?.test_first.map((each) => each.channel));
  return {
    do_now: names.filter((name) => now.has(name)),
    test_first: names.filter((name) => test.has(name) && !now.has(name)),
    hold: names.filter((name) => !now.has(name) && !test.has(name)),
  };
}
