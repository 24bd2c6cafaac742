"""Answers about a model: the service's documents with tables and a headline."""

from collections.abc import Sequence

from pydantic import BaseModel

from app.client.rows import flat, rows
from app.client.with_tables import Tables, WithTables
from app.contract.frontier_answers import FrontierAnswer
from app.contract.moves import Moves
from app.contract.plan_answers import AllocationAnswer, PlanEvaluation
from app.contract.projects import ProjectPlanVersusActual
from app.contract.query_answers import ContributionsAnswer, CurvesAnswer, ModelGraphAnswer
from app.contract.scenarios import Comparison
from app.display import words
from mmm.counterfactual.question import CounterfactualAnswer
from mmm.interval import Interval
from mmm.refit.report import StabilityReport


class Contributions(ContributionsAnswer, WithTables):
    """The decomposition of the KPI into contributions."""

    def tables(self) -> Tables:
        """``components``, ``channels``."""
        return {"components": rows(self.components), "channels": rows(self.channels)}

    def headline(self) -> str:
        """Unit and verdict."""
        return f"Contributions in {self.unit} (verdict: {self.verdict})"


class Curves(CurvesAnswer, WithTables):
    """Response curves."""

    def tables(self) -> Tables:
        """``points`` of all channels, ``observed`` spend."""
        points = [row for curve in self.channels for row in rows(curve.points, channel=curve.name)]
        return {"points": points, "observed": rows(self.channels, without="points")}

    def headline(self) -> str:
        """Unit and verdict."""
        return f"Response curves: {self.unit} per week by spend per week (verdict: {self.verdict})"


class Graph(ModelGraphAnswer, WithTables):
    """The causal graph."""

    def tables(self) -> Tables:
        """``effects``, ``nodes``, ``edges``."""
        return {
            "effects": rows(self.effects),
            "nodes": rows(self.nodes),
            "edges": rows(self.edges),
        }

    def headline(self) -> str:
        """The numbers of nodes and edges."""
        return f"Causal graph of {len(self.nodes)} nodes and {len(self.edges)} edges"

    def _remarks(self) -> Sequence[str]:
        return (*(warning.detail for warning in self.warnings), *self.notes)


class WhatIf(CounterfactualAnswer, WithTables):
    """The effect of an intervention."""

    def tables(self) -> Tables:
        """``totals``, ``by_week``, ``by_path``."""
        totals = {
            "effect": self.effect,
            "effect_in_window": self.effect_in_window,
            "baseline": self.baseline,
            "scenario": self.scenario,
        }
        return {
            "totals": [
                {"quantity": name, **flat(_Total(kpi=interval))}
                for name, interval in totals.items()
            ],
            "by_week": rows(self.by_week),
            "by_path": rows(self.by_path),
        }

    def headline(self) -> str:
        """The probability of an increase."""
        probability = self.effect.probability_positive
        known = "its sign is assumed" if probability is None else words.probability(probability)
        return f"What if ({self.kind}), in {self.unit}: probability of an increase: {known}"


class _Total(BaseModel):
    kpi: Interval


class EvaluatedPlan(PlanEvaluation, WithTables):
    """The evaluation of a given plan."""

    def tables(self) -> Tables:
        """``channels``, ``by_week``, ``conditions``, and the moves: ``do_now``, ``test_first``,
        ``hold``."""
        return {
            "channels": rows(self.plan.channels),
            "by_week": rows(self.plan.by_week),
            "conditions": rows(self.conditions),
            **_moves(self.moves),
        }

    def headline(self) -> str:
        """Whether the plan satisfies its limits and conditions."""
        missed = [condition.condition for condition in self.conditions if not condition.met]
        parts = [
            f"{verb} {', '.join(names)}"
            for verb, names in (("violates", self.broken), ("misses", missed))
            if names
        ]
        told = "; ".join(parts) or "satisfies all limits"
        return told[0].upper() + told[1:]


class AllocatedPlan(AllocationAnswer, WithTables):
    """The plan that is optimal for the objective."""

    def tables(self) -> Tables:
        """``channels``, ``by_week``, ``binding`` limits, ``conditions``, and the moves: ``do_now``,
        ``test_first``, ``hold``."""
        return {
            "channels": rows(self.plan.channels),
            "by_week": rows(self.plan.by_week),
            "binding": rows(self.binding),
            "conditions": rows(self.conditions),
            **_moves(self.moves),
        }

    def headline(self) -> str:
        """Its summary."""
        return self.summary


def _moves(moves: Moves | None) -> Tables:
    if moves is None:
        return {}
    return {
        "do_now": rows(moves.do_now),
        "test_first": rows(moves.test_first),
        "hold": rows(moves.hold),
    }


class Frontier(FrontierAnswer, WithTables):
    """The best plan for each of several totals or risk aversions."""

    def tables(self) -> Tables:
        """``points``."""
        return {"points": rows(self.points)}

    def headline(self) -> str:
        """The units of gain and outcome."""
        return f"Frontier: gain in {self.gain_unit}, outcome in {self.outcome_unit}"


class SideBySide(Comparison, WithTables):
    """Scenarios side by side."""

    def tables(self) -> Tables:
        """``scenarios``."""
        return {"scenarios": rows(self.items)}

    def headline(self) -> str:
        """The number of scenarios."""
        return f"{len(self.items)} scenarios"


class Stability(StabilityReport, WithTables):
    """What a refit changed."""

    def tables(self) -> Tables:
        """``moved``, ``new_weeks``, ``restated``, ``checks``."""
        return {
            "moved": rows(self.moved),
            "new_weeks": rows(self.new_weeks, without="moves"),
            "restated": rows(self.restated),
            "checks": rows(self.checks),
        }

    def headline(self) -> str:
        """Its summary."""
        return self.summary


class Variance(ProjectPlanVersusActual, WithTables):
    """A comparison of plan and actual."""

    def tables(self) -> Tables:
        """``rows``, ``execution``, ``market``."""
        return {
            "rows": rows(self.rows),
            "execution": rows(self.execution),
            "market": rows(self.market),
        }

    def headline(self) -> str:
        """Its summary."""
        return self.summary
