"""Scores a tool against a world: attribution, and the gain that its plan captures.

A plan is a weekly spend per channel for the 13 weeks after the data, held constant, its total that
of the past's mean week, each channel between 0.3 and 2 times its own mean. With V the true media
response of a plan over no spend (carry-in and carryover after the weeks counted):

    gain captured = sum_worlds (V(plan) - V(status quo)) / sum_worlds (V(best plan) - V(status quo))

1 is the best plan, 0 as good as changing nothing, below 0 harm. Worlds are pooled as sums: a mean
of single ratios explodes where there is little to gain. A world is *harmed* where V falls.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint, minimize

from benchmarks.worlds import LAGS, Array, World

WEEKS = 13
LOWEST, HIGHEST = 0.3, 2.0
STARTS = 24


@dataclass(frozen=True)
class PlanScore:
    """True response (kpi) of the status quo, of the best plan and of the tool's plan."""

    status_quo: float
    best: float
    plan: float


def attribution(world: World, draws: Array) -> dict[str, float]:
    """Error, 90 % coverage, width and interval score of ``draws (draw, channel)`` of each total
    contribution, relative to it. The score is the width plus 20 times the distance by which the
    interval misses (Gneiting and Raftery 2007); less is better.
    """
    truth = world.contribution
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    missed = np.maximum(low - truth, 0.0) + np.maximum(truth - high, 0.0)
    return {
        "mape": float(np.mean(np.abs(draws.mean(0) - truth) / truth)),
        "coverage_90": float(np.mean((truth >= low) & (truth <= high))),
        "width_90": float(np.mean((high - low) / truth)),
        "interval_score_90": float(np.mean((high - low + 20.0 * missed) / truth)),
    }


def score_plan(world: World, weekly: Array) -> PlanScore:
    """Score of ``weekly (channel,)``, scaled to the past's mean total."""
    usual = world.weekly_spend
    best = max((future_response(world, plan) for plan in _best_plans(world)), default=float("-inf"))
    return PlanScore(
        status_quo=future_response(world, usual),
        best=best,
        plan=future_response(world, weekly * usual.sum() / weekly.sum()),
    )


def future_response(world: World, weekly: Array) -> float:
    """True media response over no spend of 13 weeks at ``weekly (channel,)``, all geos."""
    share = world.truth.population / world.truth.population.sum()
    future = np.repeat((weekly * share[:, None])[None], WEEKS, axis=0)
    tail = np.zeros((LAGS, *future.shape[1:]))
    past = world.truth.spend[-LAGS:]
    chosen = world.response(np.concatenate([past, future, tail]))
    silent = world.response(np.concatenate([past, np.zeros_like(future), tail]))
    return float(chosen.sum() - silent.sum())


def _best_plans(world: World) -> Iterable[Array]:
    """Local optima from many starts (the curves may be S-shaped)."""
    usual = world.weekly_spend
    total, low, high = usual.sum(), LOWEST * usual, HIGHEST * usual
    unit = total / usual.size
    rng = np.random.default_rng(0)
    starts = [usual, *rng.dirichlet(np.ones(usual.size), STARTS - 1) * total]

    def loss(z: Array) -> float:
        return -future_response(world, z * unit) / 1e5

    for start in starts:
        found = minimize(
            loss,
            np.asarray(np.clip(start, low, high) / unit),
            method="SLSQP",
            bounds=np.column_stack([low, high]) / unit,
            constraints=[LinearConstraint(np.ones((1, usual.size)), usual.size, usual.size)],
            options={"maxiter": 300, "ftol": 1e-10},
        )
        plan = np.asarray(found.x * unit, dtype=np.float64)
        if abs(plan.sum() / total - 1.0) < 1e-4:
            yield plan


def pooled(scores: Iterable[Mapping[str, Any]]) -> tuple[float, int]:
    """(gain captured, worlds harmed) over records that hold a PlanScore's fields."""
    records = list(scores)
    possible = sum(record["best"] - record["status_quo"] for record in records)
    gained = sum(record["plan"] - record["status_quo"] for record in records)
    harmed = sum(record["plan"] < record["status_quo"] for record in records)
    return gained / possible, harmed
