// What a model is good for, in one of three sentences.
import type { Model } from "../api/types";
import { listed } from "./format";

export type Standing =
  | { state: "ready"; sentence: string }
  | { state: "notes"; sentence: string; things: string[] }
  | { state: "not-ready"; sentence: string; instead: Model | null };

const WEAK = { coincidence: "could be coincidence", too_small: "is too small to measure", do_not_use: "should not be used" };

export function standing(model: Model, others: readonly Model[]): Standing {
  if (model.first_look_of) {
    const sentence = "First look: a quick approximation while the fit goes on; no decisions yet.";
    return { state: "notes", sentence, things: [] };
  }
  if (model.verdict.status === "rejected") {
    const instead = others.find((each) => each.id !== model.id && each.verdict.status !== "rejected") ?? null;
    const until = instead ? `; until then plans come from the model of ${dateOf(instead)}` : "";
    return { state: "not-ready", sentence: `Not ready: ${faults(model)}${until}.`, instead };
  }
  const things = thingsToKnow(model);
  if (!things.length) return { state: "ready", sentence: "Ready to plan with." };
  const count = `${things.length} ${things.length === 1 ? "thing" : "things"} to know`;
  return { state: "notes", sentence: `Ready, with ${count}: ${things.join("; ")}.`, things };
}

function faults(model: Model): string {
  const failed = model.verdict.checks.filter((check) => check.status === "rejected").length;
  return failed === 1 ? "one of its checks failed" : `${failed} of its checks failed`;
}

export function thingsToKnow(model: Model): string[] {
  const things: string[] = [];
  const levers = model.evidence?.levers.filter((lever) => lever.kind === "channel") ?? [];
  for (const [grade, told] of Object.entries(WEAK)) {
    const names = levers.filter((lever) => lever.grade === grade).map((lever) => lever.name);
    if (names.length) things.push(`${listed(names)} ${names.length > 1 ? told.replace("is ", "are ") : told}`);
  }
  const unexplained = model.evidence?.unexplained_weeks?.length ?? 0;
  if (unexplained) things.push("some weeks of sales are unexplained");
  if (model.verdict.status === "caution") {
    const doubts = model.verdict.checks.filter((check) => check.status === "caution").length;
    if (doubts) things.push(doubts === 1 ? "one check asks for care" : `${doubts} checks ask for care`);
  }
  if (model.evidence === null) things.push("it was made by an older release, which says nothing about evidence");
  if (model.incomplete) things.push("it was stopped early");
  return things;
}

export function dateOf(model: Model): string {
  return new Date(model.created_at).toLocaleDateString("en-GB", {
    day: "numeric", month: "short", year: "numeric", timeZone: "UTC",
  });
}

/** The model to plan with: the newest that is not rejected, else the newest. */
export function usual(models: readonly Model[]): Model | null {
  return models.find((model) => model.verdict.status !== "rejected") ?? models[0] ?? null;
}
