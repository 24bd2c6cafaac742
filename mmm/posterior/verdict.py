"""Does the model deserve trust: checks with value, limit and advice -> trusted|caution|rejected.

Each check has two limits. Beyond the first the model is used with caution, beyond the second it is
rejected: its numbers are no basis for money. A value ``x`` may come with ``x_limit``, what its
sampling error alone reaches: the larger of that and the rule's own limit, below which a departure
does not matter, then decides. R-hat and effective sample size after Vehtari et al. (2021),
Rank-normalization, folding, and localization: an improved R-hat.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from mmm.spec.model import ModelSpec

NEVER = math.inf


DRAFT = "draft"


DRAFT_NOTE = (
    "DRAFT: these numbers come from an approximation of the posterior; fit again with "
    "sampling.method 'nuts' before money moves"
)


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

    @property
    def draft(self) -> bool:
        """Whether the draws are those of an approximation, which no check can make exact."""
        return any(check.name == DRAFT for check in self.checks)


@dataclass(frozen=True)
class Rule:
    """A check's two limits; ``below`` means that small values are the bad ones.

    ``reject`` is NEVER, or -NEVER, where a check is no reason to reject. A model that has one of
    ``richer`` already (words of its ``kpi.likelihood``, ``noise`` and ``demand``) is told
    ``beyond`` instead.
    """

    name: str
    caution: float
    reject: float
    below: bool
    what: str
    advice: str
    richer: tuple[str, ...] = ()
    beyond: str = ""


TELL_APART = (
    "where the series cannot tell latent demand from the budgets it drives, a lift test on one of "
    "these channels does, or a column that measures demand (demand.kind 'series')"
)


CHAIN_RULES: tuple[Rule, ...] = (
    Rule("r_hat", 1.01, 1.05, False, "largest R-hat over all parameters",
         "the chains disagree: raise sampling.tune and sampling.draws, or simplify the model",
         ("latent",), f"the chains disagree: raise sampling.tune and sampling.draws; {TELL_APART}"),
    Rule("ess_bulk", 400.0, 100.0, True, "smallest bulk effective sample size",
         "too few independent draws for stable means: raise sampling.draws",
         ("latent",),
         f"too few independent draws for stable means: raise sampling.draws; {TELL_APART}"),
    Rule("ess_tail", 400.0, 100.0, True, "smallest tail effective sample size",
         "too few independent draws for stable 5 and 95 % quantiles: raise sampling.draws"),
    Rule("divergences", 0.002, 0.05, False, "share of divergent transitions",
         "the sampler could not follow the posterior everywhere: raise sampling.target_accept, "
         "or give the weakest channels a prior"),
)  # fmt: skip


DRAFT_RULES: tuple[Rule, ...] = (
    Rule(DRAFT, 0.0, NEVER, False,
         "DRAFT: the share of draws that come from an approximation of the posterior",
         "a first look only: fit again with sampling.method 'nuts' before money moves"),
    Rule("pareto_k", 0.7, NEVER, False,
         "shape of the tail of the importance weights (beyond 1 they are not used),",
         "the posterior is far from the approximation's shape: intervals may be off by more than "
         "a little, so fit with sampling.method 'nuts'"),
)  # fmt: skip


FIT_RULES: tuple[Rule, ...] = (
    Rule("r_squared", 0.5, 0.0, True, "share of the kpi's variance that the mean explains",
         "the model misses what moves the kpi: add controls, price, events or seasonality"),
    Rule("predictive_coverage", 0.8, 0.6, True, "share of weeks in the 90 % predictive interval",
         "the noise has heavier tails: try kpi.likelihood 'student_t', or add what is missing"),
    Rule("residual_autocorrelation", 0.2, 0.8, False, "lag-1 autocorrelation of the residuals",
         "the noise remembers the week before: try noise.kind 'ar1', or add what is slow and "
         "missing (demand, distribution, a trend break); intervals are too narrow until then",
         ("ar1", "negative_binomial"),
         "something slow is missing (demand, distribution, a trend break): add it as a control, or "
         "try trend.kind 'smooth'; intervals are too narrow until then"),
)  # fmt: skip


RULES = (*CHAIN_RULES, *FIT_RULES)


OPTIONAL_RULES: tuple[Rule, ...] = (
    Rule("residual_persistence", 0.1, NEVER, False,
         "mean autocorrelation of the residuals over four weeks",
         "something slow is missing (demand, distribution, a trend break): add it as a control, or "
         "try trend.kind 'smooth'; intervals are too narrow until then"),
    Rule("residual_tails", 1.0, NEVER, False, "excess kurtosis of the residuals",
         "some weeks stray further than normal noise does: try kpi.likelihood 'student_t', or "
         "'lognormal' where strays grow with the kpi; name the weeks you know as events",
         ("student_t", "lognormal", "negative_binomial"),
         "some weeks stray further than this noise does: name what happened in them as events"),
    Rule("residual_spread_by_mean", 0.15, NEVER, False,
         "correlation of the residuals' size with the fitted mean",
         "the noise grows with the kpi: try kpi.likelihood 'lognormal' (log link), or "
         "'negative_binomial' for counts",
         ("lognormal", "negative_binomial"),
         "the noise grows faster than the kpi: something that acts in strong weeks is missing"),
    Rule("residual_spread_by_geo", 1.5, NEVER, False,
         "size of the residuals in the noisiest geo over that in the quietest",
         "the geos' noise differs by more than their size explains: try noise.scale 'geo'",
         ("geo",),
         "the geos' noise is no constant of each: look for breaks within the extreme geos"),
    Rule("residual_correlation_of_geos", 0.15, NEVER, False,
         "typical correlation of two geos' residuals beyond the common shock",
         "some geos share a driver that is missing (region, weather, a rival): add it as a control "
         "with a value for each geo; where their noise also differs in size, cure that first"),
    Rule("prior_driven", 1.0, -NEVER, True,
         "prior-driven: s.d. of a response at twice the largest spend seen, over that at the "
         "largest, smallest over channels,",
         "beyond the spend seen the answer comes from the prior: stay near the data, or run a lift "
         "test at a higher spend"),
    Rule("draws_kept", 1.0, -NEVER, True, "incomplete: share of the draws asked for that were made",
         "the fit was stopped early: its intervals are rough; fit again to the end before money "
         "depends on it"),
    Rule("lift_tests", 2.5, 4.0, False,
         "largest distance of a lift test from the fit, in s.d. of their difference,",
         "a lift test and the series contradict each other: check the test's geos, weeks, spend "
         "and unit, raise its transport_sd, or declare the confounder"),
)  # fmt: skip


def judge(values: Mapping[str, float], spec: ModelSpec | None = None) -> Verdict:
    """Verdict on ``values`` by name: all of RULES, and those of OPTIONAL_RULES that are there.

    A draft (it has a value of that name) is judged by DRAFT_RULES in the place of its chains.
    With ``spec`` no check advises what the model has already. Raises KeyError for a missing value.
    """
    has: list[str] = []
    if spec:
        has += [spec.kpi.likelihood, spec.noise.kind, spec.noise.scale]
    if spec and spec.demand:
        has.append(spec.demand.kind)
    first = DRAFT_RULES if DRAFT in values else CHAIN_RULES
    rules = (*first, *FIT_RULES, *(rule for rule in OPTIONAL_RULES if rule.name in values))
    checks = tuple(_check(rule, values, has) for rule in rules)
    statuses = {check.status for check in checks}
    overall: Status = "trusted"
    if "rejected" in statuses:
        overall = "rejected"
    elif "caution" in statuses:
        overall = "caution"
    return Verdict(status=overall, checks=checks)


def _check(rule: Rule, values: Mapping[str, float], has: Collection[str]) -> Check:
    value, caution = values[rule.name], rule.caution
    chance = values.get(f"{rule.name}_limit")
    if chance is not None:
        caution = min(caution, chance) if rule.below else max(caution, chance)

    def broken(limit: float) -> bool:
        return not (value >= limit if rule.below else value <= limit)

    status: Status = "trusted"
    if broken(caution):
        rejected = math.isfinite(rule.reject) and broken(rule.reject)
        status = "rejected" if rejected else "caution"
    limit = rule.reject if status == "rejected" else caution
    advice = rule.beyond if set(rule.richer) & set(has) else rule.advice
    side = "at least" if rule.below else "at most"
    return Check(
        name=rule.name,
        value=value,
        limit=limit,
        passed=status == "trusted",
        status=status,
        message=f"{rule.what} is {value:.3g}, should be {side} {limit:.3g}",
        advice="" if status == "trusted" else advice,
    )
