// The calls of experiments: what a test is worth, its design, and its life.
import { call } from "./client";
import type { components } from "./schema";
import type { Operation } from "./types";

type Schemas = components["schemas"];

export type NextExperiment = Schemas["NextExperiment"];
export type ValuedTest = Schemas["ValuedTest"];
export type ChannelToTest = Schemas["ChannelToTest"];
export type DesignBody = Schemas["DesignBody"];
export type DesignAnswer = Schemas["DesignAnswer"];
export type DesignedTest = Schemas["DesignedTest"];
export type SpendChange = Schemas["SpendChange"];
export type ExperimentBody = Schemas["ExperimentBody"];
export type Experiment = Schemas["ExperimentDocument"];
export type ExperimentSummary = Schemas["ExperimentSummary"];
export type ReadBody = Schemas["ExperimentReadBody"];
export type Reading = Schemas["GeoTestReading"];
export type LiftTestMade = Schemas["LiftTestMade"];

const one = (id: string) => `v1/experiments/${encodeURIComponent(id)}`;

export const MOST_LISTED = 100;
export const nextExperiment = (model: string) =>
  call<NextExperiment>("GET", `v1/models/${encodeURIComponent(model)}/next-experiment`);
export const startDesign = (body: Partial<DesignBody>) => call<Operation>("POST", "v1/experiments:design", body);
export const listExperiments = () =>
  call<{ items: ExperimentSummary[]; next_page_token: string | null }>("GET", `v1/experiments?limit=${MOST_LISTED}`);
export const getExperiment = (id: string) => call<Experiment>("GET", one(id));
export const planExperiment = (body: Partial<ExperimentBody>) => call<Experiment>("POST", "v1/experiments", body);
export const startExperiment = (id: string) => call<Experiment>("POST", `${one(id)}:start`);
export const readExperiment = (id: string, body: Partial<ReadBody>) => call<Experiment>("POST", `${one(id)}:read`, body);
export const useExperiment = (id: string) => call<Experiment>("POST", `${one(id)}:use`);
export const deleteExperiment = (id: string) => call<void>("DELETE", one(id));
