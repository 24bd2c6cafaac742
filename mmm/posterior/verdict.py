"""The verdict on a model, from checks with value, limit and advice: trusted, caution or rejected.

Each check has two limits. Past the first the model is used with caution; past the second it is
rejected, and no money should depend on its numbers. A value ``x`` may come with ``x_limit``, the
size that sampling error alone can reach: the larger of that and of the rule's own limit, below
which a departure does not matter, then decides. R-hat and effective sample size after Vehtari et
al. (2021), Rank-normalization, folding, and localization: an improved R-hat. The limits and their
advice are in ``verdict_limits``.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from mmm.posterior.verdict_limits import (
    CHAIN_RULES,
    DRAFT,
    DRAFT_RULES,
    FIT_RULES,
    OPTIONAL_RULES,
    CheckRule,
)
from mmm.spec.model import ModelSpec

DRAFT_NOTE = (
    "DRAFT: these numbers come from an approximation of the posterior; fit again with "
    "sampling.method 'nuts' before making budget decisions"
)


Status = Literal["trusted", "caution", "rejected"]


class Check(BaseModel):
    """One check: its value against the limit that decides (the broken one, else the first)."""

    model_config = ConfigDict(frozen=True)
    name: str
    value: float
    limit: float
    passed: bool
    status: Status
    message: str
    advice: str


class Verdict(BaseModel):
    """The overall status, and the checks that it follows from."""

    model_config = ConfigDict(frozen=True)
    status: Status
    checks: tuple[Check, ...]

    @property
    def draft(self) -> bool:
        """Whether the draws come from an approximation, which no check can make exact."""
        return any(check.name == DRAFT for check in self.checks)

    @property
    def chain_failure(self) -> str | None:
        """What the check of the chains says that rejects the model; None where none does."""
        chains = {rule.name for rule in CHAIN_RULES}
        rejected = (check for check in self.checks if check.status == "rejected")
        return next((check.message for check in rejected if check.name in chains), None)


def judge(values: Mapping[str, float], spec: ModelSpec | None = None) -> Verdict:
    """Verdict on ``values`` by name: all of RULES, and the OPTIONAL_RULES that have a value.

    A draft (``values`` has that name) is judged by DRAFT_RULES instead of CHAIN_RULES. With
    ``spec`` no check advises what the model already has. Raises KeyError for a missing value.
    """
    features: list[str] = []
    if spec:
        features += [spec.kpi.likelihood, spec.noise.kind, spec.noise.scale]
    if spec and spec.demand:
        features.append(spec.demand.kind)
    first = DRAFT_RULES if DRAFT in values else CHAIN_RULES
    rules = (*first, *FIT_RULES, *(rule for rule in OPTIONAL_RULES if rule.name in values))
    checks = tuple(_check(rule, values, features) for rule in rules)
    return verdict_of(checks)


def verdict_of(checks: Iterable[Check]) -> Verdict:
    """The verdict that follows from ``checks``: the worst of their statuses."""
    kept = tuple(checks)
    statuses = {check.status for check in kept}
    overall: Status = "trusted"
    if "rejected" in statuses:
        overall = "rejected"
    elif "caution" in statuses:
        overall = "caution"
    return Verdict(status=overall, checks=kept)


def count_check(name: str, count: int, message: str, advice: str) -> Check:
    """A check that asks for a count of zero, and calls for caution at any other."""
    return Check(
        name=name,
        value=float(count),
        limit=0.0,
        passed=count == 0,
        status="caution" if count else "trusted",
        message=message,
        advice=advice if count else "",
    )


def told_apart(value: float, limit: float) -> tuple[str, str]:
    """Both numbers with three significant digits, or as many as tell them apart."""
    for digits in range(3, 17):
        texts = f"{value:.{digits}g}", f"{limit:.{digits}g}"
        if texts[0] != texts[1] or value == limit:
            break
    return texts


def _check(rule: CheckRule, values: Mapping[str, float], features: Collection[str]) -> Check:
    value, caution = values[rule.name], rule.caution
    by_chance = values.get(f"{rule.name}_limit")
    if by_chance is not None:
        caution = min(caution, by_chance) if rule.below else max(caution, by_chance)

    def broken(limit: float) -> bool:
        return not (value >= limit if rule.below else value <= limit)

    status: Status = "trusted"
    if broken(caution):
        rejected = math.isfinite(rule.reject) and broken(rule.reject)
        status = "rejected" if rejected else "caution"
    limit = rule.reject if status == "rejected" else caution
    advice = rule.other_advice if set(rule.remedies) & set(features) else rule.advice
    bound = "at least" if rule.below else "at most"
    found, wanted = told_apart(value, limit)
    return Check(
        name=rule.name,
        value=value,
        limit=limit,
        passed=status == "trusted",
        status=status,
        message=f"{rule.what} is {found}, should be {bound} {wanted}",
        advice="" if status == "trusted" else advice,
    )
