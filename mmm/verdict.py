"""Does the model deserve trust: checks with value, limit and advice -> trusted|caution|rejected.

Each check has two limits. Beyond the first the model is used with caution, beyond the second it is
rejected: its numbers are no basis for money. R-hat and effective sample size after Vehtari et al.
(2021), Rank-normalization, folding, and localization: an improved R-hat.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from mmm.types import Array

Status = Literal["trusted", "caution", "rejected"]


class Check(BaseModel):
    """One check: its value against the limit that decides (the one broken, else the first)."""

    model_config = ConfigDict(frozen=True)
    name: str
    value: float
    limit: float
    passed: bool
    status: Status
    message: str
    advice: str


class Verdict(BaseModel):
    """The checks and what follows from them."""

    model_config = ConfigDict(frozen=True)
    status: Status
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Rule:
    """A check's two limits; ``below`` means that small values are the bad ones."""

    name: str
    caution: float
    reject: float
    below: bool
    what: str
    advice: str


RULES: tuple[Rule, ...] = (
    Rule("r_hat", 1.01, 1.05, False, "largest R-hat over all parameters",
         "the chains disagree: raise sampling.tune and sampling.draws, or simplify the model"),
    Rule("ess_bulk", 400.0, 100.0, True, "smallest bulk effective sample size",
         "too few independent draws for stable means: raise sampling.draws"),
    Rule("ess_tail", 400.0, 100.0, True, "smallest tail effective sample size",
         "too few independent draws for stable 5 and 95 % quantiles: raise sampling.draws"),
    Rule("divergences", 0.002, 0.05, False, "share of divergent transitions",
         "the sampler could not follow the posterior everywhere: raise sampling.target_accept, "
         "or give the weakest channels a prior"),
    Rule("r_squared", 0.5, 0.0, True, "share of the kpi's variance that the mean explains",
         "the model misses what moves the kpi: add controls, price, events or seasonality"),
    Rule("predictive_coverage", 0.8, 0.6, True, "share of weeks in the 90 % predictive interval",
         "the noise has heavier tails: try kpi.likelihood 'student_t', or add what is missing"),
    Rule("residual_autocorrelation", 0.3, 0.8, False, "lag-1 autocorrelation of the residuals",
         "something slow is missing (demand, distribution, a trend break): add it as a control; "
         "intervals are too narrow until then"),
)  # fmt: skip


def judge(values: Mapping[str, float]) -> Verdict:
    """Verdict on ``values``, one for each rule by name."""
    checks = tuple(_check(rule, values[rule.name]) for rule in RULES)
    statuses = {check.status for check in checks}
    overall: Status = "trusted"
    if "rejected" in statuses:
        overall = "rejected"
    elif "caution" in statuses:
        overall = "caution"
    return Verdict(status=overall, checks=checks)


def predictive_values(observed: Array, mean: Array, predictive: Array) -> dict[str, float]:
    """Fit of draws ``mean`` and ``predictive (draw, week, geo)`` to ``observed (week, geo)``."""
    residual = observed - mean.mean(0)
    low, high = np.quantile(predictive, (0.05, 0.95), axis=0)
    centred = residual - residual.mean(0)
    scale = np.sum(centred**2, axis=0)
    lagged = np.sum(centred[1:] * centred[:-1], axis=0) / np.where(scale > 0.0, scale, 1.0)
    spread = np.sum((observed - observed.mean(0)) ** 2)
    return {
        "r_squared": float(1.0 - np.sum(residual**2) / spread) if spread > 0.0 else 0.0,
        "predictive_coverage": float(np.mean((observed >= low) & (observed <= high))),
        "residual_autocorrelation": float(abs(lagged.mean())),
    }


def _check(rule: Rule, value: float) -> Check:
    def broken(limit: float) -> bool:
        return not (value >= limit if rule.below else value <= limit)

    status: Status = "trusted"
    if broken(rule.caution):
        status = "rejected" if broken(rule.reject) else "caution"
    limit = rule.reject if status == "rejected" else rule.caution
    side = "at least" if rule.below else "at most"
    return Check(
        name=rule.name,
        value=value,
        limit=limit,
        passed=status == "trusted",
        status=status,
        message=f"{rule.what} is {value:.3g}, should be {side} {limit:g}",
        advice="" if status == "trusted" else rule.advice,
    )
