"""Computes the evidence record of a fitted model, from its own data and draws alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmm.attribution.returns import channel_contributions, return_draws
from mmm.causal.effect_regression import effect_regressions
from mmm.causal.effect_status import effect_statuses
from mmm.causal.graph import causal_graph
from mmm.causal.graph_answer import EffectStatus
from mmm.causal.open_demand import with_demand_left_open
from mmm.causal.sensitivity import tipping_point
from mmm.checks.prior import affordable_prior_model
from mmm.checks.recurring_weeks import recurring_weeks
from mmm.data.timeline import date_basis
from mmm.evidence.chain_stories import chain_story
from mmm.evidence.common_cause import ClaimTests, claim_tests
from mmm.evidence.constancy import drift, effective_weeks
from mmm.evidence.findings import LARGEST_OVERLAP, SHARE, Measured, findings
from mmm.evidence.follows_sales import ShareOfSales, share_of_sales
from mmm.evidence.grades import graded
from mmm.evidence.index_noise import IndexNoise, index_noise
from mmm.evidence.linear_view import Estimate, LinearView, linear_view
from mmm.evidence.overlap import Partner, partners, season_overlap
from mmm.evidence.prior_share import prior_shares
from mmm.evidence.ran_checks import ran_checks
from mmm.evidence.surprise import Surprise, surprises
from mmm.evidence.unexplained_weeks import unexplained_weeks
from mmm.lift.narrowing import narrowed_by_tests, spec_with_deciding_tests
from mmm.posterior.evidence import GRADES, Evidence, Finding, LeverEvidence, UnexplainedWeeks
from mmm.posterior.fitted import FittedModel
from mmm.spec.environment import TimeVarying
from mmm.spec.model import ModelSpec
from mmm.types import Array

DRAWS = 400
"""Of prior and posterior, for what all channels are compared by."""

LEVEL = 0.01
"""Of each kind of check, over all levers together."""


def evidence_of(model: FittedModel) -> Evidence:
    """The evidence on every channel and the price of ``model``."""
    view = linear_view(model, effect_regressions(model))
    claims = claim_tests(model, LEVEL)
    weeks = tuple(unexplained_weeks(view, LEVEL))
    recurring = recurring_weeks(model.design)
    facts, noise = _facts(model), index_noise(model)
    statuses = _statuses(model.spec, facts, noise)
    measured = [*_measure(model, view, facts, statuses)]
    found = {lever.name: [*findings(lever, claims)] for lever in measured}
    for name, items in _from_elsewhere(view, found, weeks):
        found[name] += items
    levers = tuple(_record(lever, found[lever.name], claims, facts) for lever in measured)
    return Evidence(
        levers=tuple(_with_upper_limits(model, levers)),
        checks=tuple(ran_checks(measured, claims, weeks, recurring, noise)),
        unexplained_weeks=weeks,
        chain_story=chain_story(model),
    )


def _with_upper_limits(
    model: FittedModel, levers: Sequence[LeverEvidence]
) -> Iterator[LeverEvidence]:
    """``levers``, with the upper limit of the ROI of those that are too small to measure."""
    small = [each.name for each in levers if each.grade == "too_small" and each.kind == "channel"]
    limits: dict[str, float] = {}
    if small and model.spec.has_currency:
        roi, paid = return_draws(model)[0], model.structure.paid
        limits = _by_name(model.structure.paid_channels, np.quantile(roi[:, paid], 0.95, axis=0))
    for each in levers:
        known = limits.get(each.name) if each.name in small else None
        yield each.model_copy(update={"at_most": known})


@dataclass(frozen=True)
class _Facts:
    """What is computed for all channels at once, by name."""

    prior_share: dict[str, float]
    surprise: dict[str, Surprise]
    spend_share: dict[str, float]
    narrowed: dict[str, float]
    positive: frozenset[str]
    observed: dict[str, tuple[float, float]]


def _facts(model: FittedModel) -> _Facts:
    channels, spend = model.structure.channels, model.panel.array("spend")
    prior, thin = affordable_prior_model(model.design, DRAWS), model.thinned(DRAWS)
    before, after = channel_contributions(prior), channel_contributions(thin)
    total = spend.sum((0, 1))
    total[[i for i in range(len(channels)) if i not in model.structure.paid]] = 0.0
    by_week = spend.sum(1)
    observed = {}
    for i, name in enumerate(channels):
        active = by_week[:, i][by_week[:, i] > 0.0]
        observed[name] = (
            float(active.min(initial=by_week[:, i].max())),
            float(by_week[:, i].max()),
        )
    if model.structure.has_price:
        price = model.panel.array("price")
        observed["price"] = (float(price.min()), float(price.max()))
    return _Facts(
        prior_share=_by_name(channels, prior_shares(before, after)),
        surprise=surprises(thin, prior, before, after),
        spend_share=_by_name(channels, total / max(float(total.sum()), 1e-300)),
        narrowed=narrowed_by_tests(thin),
        positive=frozenset(c.name for c in model.spec.channels if not c.is_signed),
        observed=observed,
    )


def _by_name(names: Sequence[str], values: Array) -> dict[str, float]:
    return dict(zip(names, map(float, values), strict=True))


def _statuses(spec: ModelSpec, facts: _Facts, noise: IndexNoise | None) -> dict[str, EffectStatus]:
    """By lever, the status of its total effect, with the lift tests that decide it."""
    spec = spec_with_deciding_tests(spec, facts.narrowed)
    effects = effect_statuses(causal_graph(spec), spec)
    if noise is not None and noise.too_noisy(LEVEL):
        effects = with_demand_left_open(effects, noise.sentence)
    return {each.name: each.total for each in effects}


def _measure(
    model: FittedModel, view: LinearView, facts: _Facts, statuses: Mapping[str, EffectStatus]
) -> Iterator[Measured]:
    partner_of = partners(view)
    background = _functions_of_the_date(model)
    for name in view.levers:
        status = statuses[name]
        if status.status != "identified":
            point = tipping_point(name, view.regressions.of(name))
            status = status.model_copy(update={"tipping_point": point})
        yield Measured(
            name=name,
            level=LEVEL / len(view.levers),
            status=status,
            weeks=effective_weeks(view, name),
            strength=_strength(view, name, partner_of.get(name)),
            prior_share=facts.prior_share.get(name),
            surprise=facts.surprise.get(name),
            season=season_overlap(view, name),
            partner=partner_of.get(name),
            drift=drift(view, name) if name in facts.spend_share else None,
            share_of_sales=_share_of_sales(model, view, name, background),
            varying=_let_vary(model.spec, name),
        )


def _let_vary(spec: ModelSpec, name: str) -> tuple[Mapping[str, Any], ...] | None:
    """The field ``time_varying`` with this channel in a group of its own; None where it is in one
    already."""
    if any(name in group.channels for group in spec.time_varying):
        return None
    own = TimeVarying(channels=(name,))
    return tuple(group.model_dump(mode="json") for group in (*spec.time_varying, own))


def _strength(view: LinearView, name: str, partner: Partner | None) -> Estimate:
    """The effect by the data alone, with its partner's where they cannot be told apart."""
    if partner is not None and partner.share > LARGEST_OVERLAP:
        return view.joint_strength(name, partner.name)
    return view.strength(name)


def _share_of_sales(
    model: FittedModel, view: LinearView, name: str, background: Array
) -> ShareOfSales | None:
    if name not in model.structure.channels:
        return None
    channel = model.structure.channels.index(name)
    return share_of_sales(model, channel, view.regressions.rest[name], background)


def _functions_of_the_date(model: FittedModel) -> Array:
    """(column, week)"""
    basis = date_basis(model.panel.weeks, model.scales, model.spec)
    names = ("trend", "changepoint", "smooth", "walk", "season", "holiday")
    return np.concatenate([np.atleast_2d(basis[name]) for name in names])


def _from_elsewhere(
    view: LinearView, found: dict[str, list[Finding]], weeks: Sequence[UnexplainedWeeks]
) -> Iterator[tuple[str, list[Finding]]]:
    """Findings about a lever that come from another lever, or from weeks that nothing explains."""
    for name in [n for n, items in found.items() if any(i.code == SHARE for i in items)]:
        for other in view.changed_without(name):
            detail = (
                f"{name} is a share of sales and takes effects of others: without it that of "
                f"{other} leaves its interval."
            )
            yield other, [Finding(code="beside_share_of_sales", grade="coincidence", detail=detail)]
    for item in weeks:
        for name in item.touches:
            yield (
                name,
                [Finding(code="unexplained_weeks", grade="coincidence", detail=item.detail)],
            )


def _record(
    lever: Measured, found: list[Finding], claims: ClaimTests, facts: _Facts
) -> LeverEvidence:
    status, point = lever.status, lever.status.tipping_point
    narrowed = facts.narrowed.get(lever.name)
    grade, reason = graded(found, status, narrowed)
    benchmark = point.benchmark if point else None
    feedback = claims.follows_sales(lever.name)
    return LeverEvidence(
        name=lever.name,
        kind="channel" if lever.name in facts.spend_share else "price",
        grade=grade,
        label=GRADES[grade],
        reason=reason,
        findings=tuple(found),
        status=status.status,
        status_reason=status.reason,
        spend_share=facts.spend_share.get(lever.name),
        confounder_to_zero=point.to_zero if point else None,
        plausible=benchmark.would_take if benchmark else None,
        plausible_like=benchmark.name if benchmark else None,
        prior_share=lever.prior_share,
        surprise=lever.surprise.z if lever.surprise else None,
        positive_by_construction=lever.name in facts.positive,
        season_overlap=lever.season,
        partner=lever.partner.name if lever.partner else None,
        partner_overlap=lever.partner.share if lever.partner else None,
        halves=lever.drift.halves if lever.drift else None,
        follows_sales=feedback.p_adjusted if feedback else None,
        weeks=lever.weeks,
        tests=status.tests,
        narrowed_to=narrowed,
        observed=facts.observed[lever.name],
    )
