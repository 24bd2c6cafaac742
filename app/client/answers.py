"""Answers about a model: the service's documents, with tables."""

from collections.abc import Sequence

import pandas as pd
from pydantic import BaseModel

from app.client.frames import table
from app.client.shown import Frames, Shown
from app.contract.plan_answers import AllocationAnswer, FrontierAnswer, PlanEvaluation
from app.contract.projects import ProjectVariance
from app.contract.query_answers import ContributionsAnswer, CurvesAnswer, ModelGraphAnswer
from app.contract.scenarios import Comparison
from mmm.counterfactual.question import CounterfactualAnswer
from mmm.interval import Interval
from mmm.refit.report import StabilityReport


class Contributions(ContributionsAnswer, Shown):
    """Who caused what."""

    def frames(self) -> Frames:
        """``components``, ``channels``."""
        return {"components": table(self.components), "channels": table(self.channels)}

    def headline(self) -> str:
        """Of which model they are."""
        return f"Contributions in {self.unit} (verdict: {self.verdict})"


class Curves(CurvesAnswer, Shown):
    """Response curves."""

    def frames(self) -> Frames:
        """``points`` of all channels, ``observed`` spend."""
        points = [table(curve.points, channel=curve.name) for curve in self.channels]
        observed = table(self.channels).drop(columns="points")
        return {"points": pd.concat(points, ignore_index=True), "observed": observed}

    def headline(self) -> str:
        """What they give."""
        return f"Response curves: {self.unit} a week by spend a week (verdict: {self.verdict})"


class Graph(ModelGraphAnswer, Shown):
    """The causal graph."""

    def frames(self) -> Frames:
        """``effects``, ``nodes``, ``edges``."""
        found = {"effects": self.effects, "nodes": self.nodes, "edges": self.edges}
        return {name: table(items) for name, items in found.items()}

    def headline(self) -> str:
        """How large it is."""
        return f"Causal graph of {len(self.nodes)} nodes and {len(self.edges)} edges"

    def _remarks(self) -> Sequence[str]:
        return (*(warning.detail for warning in self.warnings), *self.notes)


class WhatIf(CounterfactualAnswer, Shown):
    """What an intervention does."""

    def frames(self) -> Frames:
        """``totals``, ``by_week``, ``by_path``."""
        totals = {
            "effect": self.effect,
            "effect_in_window": self.effect_in_window,
            "baseline": self.baseline,
            "scenario": self.scenario,
        }
        rows = [table([_Total(kpi=found)], quantity=name) for name, found in totals.items()]
        return {
            "totals": pd.concat(rows, ignore_index=True),
            "by_week": table(self.by_week),
            "by_path": table(self.by_path),
        }

    def headline(self) -> str:
        """Which way it goes, and how sure that is."""
        sure = self.effect.probability_positive
        return f"What if ({self.kind}), in {self.unit}: an increase with probability {sure:.2f}"


class _Total(BaseModel):
    kpi: Interval


class Evaluation(PlanEvaluation, Shown):
    """The score of a plan."""

    def frames(self) -> Frames:
        """``channels``, ``by_week``."""
        return {"channels": table(self.plan.channels), "by_week": table(self.plan.by_week)}

    def headline(self) -> str:
        """Whether it keeps its limits."""
        return f"Breaks {', '.join(self.broken)}" if self.broken else "Keeps every limit"


class Allocation(AllocationAnswer, Shown):
    """The plan that is best for an attitude to risk."""

    def frames(self) -> Frames:
        """``channels``, ``by_week``, ``binding`` limits."""
        found = {"channels": self.plan.channels, "by_week": self.plan.by_week}
        return {name: table(items) for name, items in {**found, "binding": self.binding}.items()}

    def headline(self) -> str:
        """Its summary."""
        return self.summary


class Frontier(FrontierAnswer, Shown):
    """The best plan for each of several totals or risk aversions."""

    def frames(self) -> Frames:
        """``points``."""
        return {"points": table(self.points)}

    def headline(self) -> str:
        """Its units."""
        return f"Frontier: gain in {self.gain_unit}, outcome in {self.outcome_unit}"


class SideBySide(Comparison, Shown):
    """Scenarios side by side."""

    def frames(self) -> Frames:
        """``scenarios``."""
        return {"scenarios": table(self.items)}

    def headline(self) -> str:
        """How many."""
        return f"{len(self.items)} scenarios"


class Stability(StabilityReport, Shown):
    """What a refit changed."""

    def frames(self) -> Frames:
        """``moved``, ``new_weeks``, ``restated``, ``checks``."""
        weeks = table(self.new_weeks)
        return {
            "moved": table(self.moved),
            "new_weeks": weeks.drop(columns="moves", errors="ignore"),
            "restated": table(self.restated),
            "checks": table(self.checks),
        }

    def headline(self) -> str:
        """Its summary."""
        return self.summary


class Variance(ProjectVariance, Shown):
    """What became of a plan."""

    def frames(self) -> Frames:
        """``rows``, ``execution``, ``market``."""
        found = {"rows": self.rows, "execution": self.execution, "market": self.market}
        return {name: table(items) for name, items in found.items()}

    def headline(self) -> str:
        """Its summary."""
        return self.summary
