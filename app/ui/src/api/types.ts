// The documents of the API by name, from types that are generated from openapi.json.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Model = Schemas["ModelDocument"];
export type Interval = Schemas["Interval"];
export type Contributions = Schemas["ContributionsAnswer"];
export type Curves = Schemas["CurvesAnswer"];
export type Weeks = Schemas["WeeksAnswer"];
export type Allocation = Schemas["AllocationAnswer"];
export type AllocateBody = Schemas["AllocateBody"];
export type Evaluation = Schemas["PlanEvaluation"];
export type EvaluateBody = Schemas["EvaluatePlanBody"];
export type Moves = Schemas["Moves"];
export type Operation = Schemas["OperationDocument"];
export type Dataset = Schemas["DatasetDocument"];
export type Problem = Schemas["Problem"];
export type Scenario = Schemas["ScenarioRead"];
export type ShareLink = Schemas["ShareDocument"];
export type ScenarioBody = Schemas["ScenarioBody"];
export type Project = Schemas["Project"];
export type GradeNote = Schemas["GradeNote"];
export type Grade = GradeNote["grade"];
export type Lever = Schemas["LeverEvidence"];
export type PlannedChannel = Schemas["PlannedChannel"];
export type Odds = Schemas["PlanOdds"];
export type Planned = Schemas["Plan"];
export type Truth = Schemas["TruthAnswer"];
export type Draft = Schemas["Draft"];
export type FitCheck = Schemas["FitCheckDocument"];
