"""Rivals that the model's own complaints propose: what failed, and the edit that answers to it.

A check that failed, a finding of the evidence or an independence that the data contradict says in
which way the model may be wrong; each edit below is the smallest that could repair it. Those that
the specification has already, or cannot have, are left out.
"""

from collections.abc import Iterator
from dataclasses import replace

from mmm.causal.graph import causal_graph
from mmm.causal.independence_tests import independencies
from mmm.errors import DataError, QueryError, SpecError
from mmm.posterior.evidence import NOISY_INDEX
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import MOST_RIVALS
from mmm.trust.rivals.ask import AskedRival, Rival, rivals_of

OF_CHECKS = {
    "residual_autocorrelation": "with AR(1)",
    "residual_persistence": "with a wandering baseline",
    "residual_tails": "with heavy tails",
    "residual_spread_by_mean": "effects multiply",
}
"""The edit that answers to a check of the verdict."""

OF_FINDINGS = {
    "drift": "{} drifts",
    "follows_sales": "demand latent",
    "common_cause": "demand latent",
    "plausible_confounding": "demand latent",
}
"""The edit that answers to a finding about a channel, of its name."""


def proposed(model: FittedModel, most: int = MOST_RIVALS) -> list[Rival]:
    """At most ``most`` rivals, the best founded first; the edit of each is its name."""
    reasons: dict[str, str] = {}
    for edit, because in _complaints(model):
        reasons.setdefault(edit, because)
    found: list[Rival] = []
    for edit, because in reasons.items():
        try:
            (rival,) = rivals_of(model, [AskedRival(edit, edit=edit)])
        except (QueryError, SpecError, DataError):
            continue
        if all(rival.spec != other.spec for other in found):
            found.append(replace(rival, because=because))
    return found[:most]


def _complaints(model: FittedModel) -> Iterator[tuple[str, str]]:
    """Edits with what speaks for each."""
    for check in model.verdict.checks:
        if not check.passed and check.name in OF_CHECKS:
            yield OF_CHECKS[check.name], check.message
    for lever in model.levers:
        for finding in lever.findings:
            if finding.code in OF_FINDINGS:
                edit = OF_FINDINGS[finding.code].format(lever.name)
                yield edit, f"{lever.name}: {finding.detail}"
    for found in model.evidence.checks if model.evidence else ():
        if found.name == NOISY_INDEX and found.found:
            yield "demand measured with noise", found.detail
    yield from _of_independencies(model)
    usual = "no check speaks for it; the form of the baseline and of the noise always matters"
    yield "with AR(1) + with heavy tails", usual
    yield "with a walking baseline + with AR(1) + with heavy tails", usual


def _of_independencies(model: FittedModel) -> Iterator[tuple[str, str]]:
    controls = {control.name for control in model.spec.controls}
    channels = {channel.name for channel in model.spec.channels}
    for test in independencies(causal_graph(model.spec), model).tests:
        pair = {test.first, test.second}
        if not test.contradicted:
            continue
        told = f"{test.first} and {test.second} move together, which the graph rules out"
        if pair & controls and pair & channels:
            yield f"{min(pair & controls)} as a mediator", told
        elif pair <= channels:
            yield "demand latent", told
