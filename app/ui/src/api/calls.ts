// One function for each call that the page makes.
import { ask, call } from "./client";
import type {
  AllocateBody, Allocation, Contributions, Curves, Dataset, Draft, Evaluation, FitCheck, Operation, EvaluateBody, Model, Odds, Project, Scenario,
  ScenarioBody, ShareLink, Truth, Weeks,
} from "./types";

interface Page<Item> {
  items: Item[];
}

const FITS = new Set(["fit", "refit"]);
const RUNNING = new Set(["queued", "running", "cancelling"]);

const of = (model: string) => `v1/models/${encodeURIComponent(model)}`;

export const listModels = () => call<Page<Model>>("GET", "v1/models?limit=50").then((page) => page.items);
export const getModel = (id: string) => call<Model>("GET", of(id));
export const getContributions = (id: string) => call<Contributions>("GET", `${of(id)}/contributions`);
export const getWeekly = (id: string) => call<Contributions>("GET", `${of(id)}/contributions?by=week`);
export const getCurves = (id: string) => call<Curves>("GET", `${of(id)}/curves`);
export const getWeeks = (id: string) => call<Weeks>("GET", `${of(id)}/weeks`);
export const allocate = (id: string, body: Partial<AllocateBody>, signal?: AbortSignal) =>
  call<Allocation>("POST", `${of(id)}/allocate`, body, signal);
export const evaluate = (id: string, body: Partial<EvaluateBody>, signal?: AbortSignal) =>
  call<Evaluation>("POST", `${of(id)}/evaluate-plan`, body, signal);
export const saveScenario = (body: Partial<ScenarioBody>) => call<Scenario>("POST", "v1/scenarios", body);
export const getScenario = (id: string) => call<Scenario>("GET", `v1/scenarios/${encodeURIComponent(id)}`);
const sharesOf = (scenario: string) => `v1/scenarios/${encodeURIComponent(scenario)}/shares`;
export const listShares = (scenario: string) => call<Page<ShareLink>>("GET", sharesOf(scenario)).then((page) => page.items);
export const shareScenario = (scenario: string, days: number) => call<ShareLink>("POST", sharesOf(scenario), { days });
export const revokeShare = (scenario: string, share: string) =>
  call<void>("DELETE", `${sharesOf(scenario)}/${encodeURIComponent(share)}`);
export function sendSheet(model: string, file: File): Promise<Scenario> {
  const form = new FormData();
  form.append("model_id", model);
  form.append("name", file.name.slice(0, 120));
  form.append("file", file);
  return call<Scenario>("POST", "v1/scenarios", form);
}
export const listProjects = () => call<Page<Project>>("GET", "v1/projects").then((page) => page.items);
export const askOdds = (id: string, body: Partial<EvaluateBody>, signal?: AbortSignal) =>
  call<Odds>("POST", `${of(id)}/plan-odds`, body, signal);
export const getTruth = (id: string) => call<Truth>("GET", `${of(id)}/truth`);
export const uploadTable = (content: Blob, name: string) =>
  call<Dataset>("POST", `v1/datasets?name=${encodeURIComponent(name)}`, content);
export const draftOf = (dataset: string) => call<Draft>("POST", `v1/datasets/${encodeURIComponent(dataset)}:draft`);
export const checkFit = (body: object) => call<FitCheck>("POST", "v1/fit?validate_only=true", body);
export const startFit = (body: object) => call<Operation>("POST", "v1/fit", body);
export const runningFits = () =>
  call<Page<Operation>>("GET", "v1/operations?limit=20").then((page) =>
    page.items.filter((each) => FITS.has(each.kind) && RUNNING.has(each.status)),
  );
export const stopOperation = (id: string, how: "cancel" | "stop") =>
  call<Operation>("POST", `v1/operations/${encodeURIComponent(id)}:${how}`);
export const signIn = (key: string) => ask("session", { method: "POST", headers: { authorization: `Bearer ${key}` } });
export const signOut = () => call<{ leave: string | null }>("DELETE", "session");
export const sessionState = () => call<{ asked: boolean; signed_in: boolean; ways: ("key" | "provider")[] }>("GET", "session");
