// Columns of a table in trays, and the specification that they make.
import type { Draft } from "../api/types";

export type Tray = "date" | "sales" | "media" | "price" | "rivals" | "other" | "region" | "unused";

export const TRAYS: [Tray, string, string][] = [
  ["sales", "Sales", "What is to be explained: one column."],
  ["media", "Media", "What was spent on each channel."],
  ["price", "Own price", "One column, or none."],
  ["rivals", "Rivals", "Their prices or their media."],
  ["other", "Other causes", "Promotions, distribution, weather, demand."],
  ["date", "Week", "The first day of each week."],
  ["region", "Region", "Where the table has several rows a week."],
  ["unused", "Not used", "Left out."],
];

export interface Chip {
  name: string;
  tray: Tray;
  reason: string;
}

type Role = Draft["columns"][number]["role"];

const TRAY_OF: Partial<Record<Role, Tray>> = {
  date: "date",
  geo: "region",
  kpi: "sales",
  channel: "media",
  exposure: "media",
  unit_cost: "media",
  frequency: "media",
  owned_media: "media",
  mediator: "other",
  price: "price",
  rival_price: "rivals",
  rival_spend: "rivals",
  demand: "other",
  control: "other",
  event: "other",
  holiday: "other",
};

/** The columns in the trays of their roles, each with the reason. */
export const chipsOf = (draft: Draft): Chip[] =>
  draft.columns.map(({ name, role, reason }) => ({ name, tray: TRAY_OF[role] ?? "unused", reason }));

export interface Answers {
  counts: "revenue" | "units";
  /** Money per unit, or the share of revenue that is profit; null where it is not known. */
  worth: number | null;
  currency: string;
}

export function answersOf(draft: Draft): Answers {
  const model = draft.model as Model;
  const worth = model.kpi?.value_per_unit ?? model.kpi?.margin;
  return {
    counts: model.kpi?.kind === "units" ? "units" : "revenue",
    worth: typeof worth === "number" ? worth : null,
    currency: model.currency ?? "",
  };
}

interface Mediator {
  name: string;
  column: string;
  parents: string[];
}

interface Model {
  kpi?: { column: string; kind?: string; value_per_unit?: number | string; margin?: number | string };
  currency?: string;
  channels?: (string | { name: string; column?: string })[];
  competitors?: object[];
  controls?: (string | { name: string; column?: string })[];
  mediators?: Mediator[];
  [field: string]: unknown;
}

export interface Spec {
  spec: Record<string, unknown> | null;
  problems: string[];
}

/** The draft with the answers; where columns were moved, with what the trays make of them. */
export function specOf(draft: Draft, chips: readonly Chip[], answers: Answers): Spec {
  const problems = missing(chips);
  if (problems.length) return { spec: null, problems };
  const model = { ...(draft.model as Model) };
  const before = new Map(chipsOf(draft).map((chip) => [chip.name, chip.tray]));
  const moved = chips.filter((chip) => before.get(chip.name) !== chip.tray);
  if (moved.length) rebuild(model, chips, new Set(moved.map((chip) => chip.name)));
  const kpi: Model["kpi"] = { ...model.kpi!, column: inTray(chips, "sales")[0]!, kind: answers.counts };
  delete kpi.value_per_unit;
  delete kpi.margin;
  if (answers.worth !== null) kpi[answers.counts === "units" ? "value_per_unit" : "margin"] = answers.worth;
  model.kpi = kpi;
  delete model.currency;
  if (answers.currency) model.currency = answers.currency;
  nameChannels(model);
  return { spec: model, problems: [] };
}

/** "Meta Ads cost" and "tv_spend" are columns; the channels are Meta Ads and tv, unless two would be called the same. */
function nameChannels(model: Model): void {
  const columns = model.channels ?? [];
  const short = (column: string) => column.replace(/[\s_.-]*(ad[\s_.-]*)?(spend|spent|cost|costs)([\s_.-]*\(?(usd|eur|gbp)\)?)?$/i, "");
  const taken = columns.map((each) => short(nameOf(each)).toLowerCase());
  const names = new Map<string, string>();
  model.channels = columns.map((each, at) => {
    const name = short(nameOf(each));
    if (typeof each !== "string" || !name || name === each || taken.indexOf(name.toLowerCase()) !== taken.lastIndexOf(taken[at]!)) return each;
    names.set(each, name);
    return { name, column: each };
  });
  const renamed = (parents: string[]) => parents.map((parent) => names.get(parent) ?? parent);
  if (model.mediators) model.mediators = model.mediators.map((each) => ({ ...each, parents: renamed(each.parents) }));
}

const nameOf = (each: Named): string => (typeof each === "string" ? each : each.name);

const inTray = (chips: readonly Chip[], tray: Tray) => chips.filter((chip) => chip.tray === tray).map((chip) => chip.name);

function missing(chips: readonly Chip[]): string[] {
  const count = (tray: Tray) => inTray(chips, tray).length;
  const problems: string[] = [];
  if (count("sales") !== 1) problems.push(count("sales") ? "Sales holds several columns: keep one." : "Put one column into Sales.");
  if (count("date") !== 1) problems.push(count("date") ? "Week holds several columns: keep one." : "Put the column of dates into Week.");
  if (!count("media")) problems.push("Put at least one column into Media.");
  if (count("price") > 1) problems.push("Own price holds several columns: keep one.");
  if (count("region") > 1) problems.push("Region holds several columns: keep one.");
  return problems;
}

type Named = string | { name: string; column?: string };

/** What was not moved keeps its entry in the draft, with all that it says; what was moved gets a plain one. */
function rebuild(model: Model, chips: readonly Chip[], moved: ReadonlySet<string>): void {
  const trays = new Map(chips.map((chip) => [chip.name, chip.tray]));
  const stays = (text: string, tray: Tray) => [...moved].every((name) => !text.includes(JSON.stringify(name)) || trays.get(name) === tray);
  const touched = (text: string) => [...moved].some((name) => text.includes(JSON.stringify(name)));
  const kept = (list: Named[] | undefined, tray: Tray) => (list ?? []).filter((each) => stays(JSON.stringify(each), tray));
  const add = (tray: Tray, has: Named[]) =>
    [...moved].filter((name) => trays.get(name) === tray && !JSON.stringify(has).includes(JSON.stringify(name)));
  model.date = inTray(chips, "date")[0];
  const region = inTray(chips, "region")[0];
  if (region) model.geo = region;
  else delete model.geo;
  const price = inTray(chips, "price")[0];
  if (!price) delete model.price;
  else if (moved.has(price)) model.price = { column: price };
  for (const field of ["population", "product", "demand", "events"]) {
    if (field in model && touched(JSON.stringify(model[field]))) delete model[field];
  }
  const channels = kept(model.channels, "media");
  model.channels = [...channels, ...add("media", channels)];
  const between = (model.mediators ?? []).filter(({ column }) => !moved.has(column));
  if (model.mediators) model.mediators = withParents(between, model.channels);
  const controls = kept(model.controls, "other");
  model.controls = [...controls, ...add("other", controls)];
  const rivals = (model.competitors ?? []).filter((each) => stays(JSON.stringify(each), "rivals")) as Named[];
  model.competitors = [...rivals, ...add("rivals", rivals).map(rival)] as object[];
}

/** The mediators that some of the channels still move. */
function withParents(mediators: readonly Mediator[], channels: readonly Named[]): Mediator[] {
  const names = channels.map(nameOf);
  return mediators
    .map((each) => ({ ...each, parents: each.parents.filter((parent) => names.includes(parent)) }))
    .filter((each) => each.parents.length > 0);
}

const rival = (column: string) => ({
  name: column.replace(/[_ ]?(price|spend)$/i, "") || column,
  [/price/i.test(column) ? "price" : "spend"]: column,
});
