"""The part of a plan that can be defended now: best for the worst of model and second model.

Both models keep only the causal share of each effect (``mmm.evidence.causal_share``), the risk is
of the gain over today's plan, and what the evidence holds stays where it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from app.contract.plan_requests import AllocateBody
from app.services.planning.moves.held import Held
from app.services.planning.responses import gain_over, response_of
from mmm.evidence.causal_share import causal_shares
from mmm.plan.discount import discounted
from mmm.plan.of_models import PlanOfModels, plan_of_models
from mmm.posterior.fitted import FittedModel
from mmm.types import Array
from optimizer import AllocationProblem, Effort, Infeasible, allocate
from optimizer.problem.limits import CellBounds, ChannelBounds, Ratio
from optimizer.problem.objective import Expected, MeanCvar, Objective
from optimizer.watch import Watch

CAUTION = MeanCvar(risk_aversion=0.7, tail=0.1, risk_on="gain_over_current")
"""The attitude to risk where none is stated, by the curve of harm against gain over known worlds in
``benchmarks/README.md``."""

DRAWS = 1000
"""Of each model, evenly spaced: the search asks them hundreds of times."""


@dataclass(frozen=True)
class DoNow:
    """The plan that can be defended, ``spend (cell,)``, with the response that it is best for.

    ``gains``: (draw,) over today's plan by each model, causal shares alone.
    """

    spend: Array
    response: PlanOfModels
    gains: tuple[Array, ...]

    @property
    def gain(self) -> Array:
        """(draw,) by the model that expects less."""
        return min(self.gains, key=lambda gain: float(gain.mean()))


def do_now(
    model: FittedModel,
    second: FittedModel | None,
    body: AllocateBody,
    held: Held,
    watch: Watch,
    price: float | None = None,
    after: Array | None = None,
) -> DoNow:
    """Solve for it, at an own price where one is decided, and with own spend ``after (geo,
    channel)`` per week after the horizon; raises Infeasible where the limits leave no plan that
    keeps what is held."""
    models = [each.thinned(DRAWS) for each in (model, second) if each is not None]
    shares = [causal_shares(model, each.posterior.n_draws) for each in models]
    causal = [discounted(each, share) for each, share in zip(models, shares, strict=True)]
    unit = body.objective.response_unit
    response = plan_of_models([response_of(each, body, unit, price) for each in causal])
    if after is not None:
        response = response.going_on_at(after)
    spend = _solve(body, response, held, watch)
    gain = gain_over(response, spend, response.current, body.objective.earned_share)
    gains = tuple(gain[response.models == index] for index in range(len(models)))
    return DoNow(spend, response, gains)


def cautious(objective: Objective) -> Objective:
    """The objective with its risk on the gain over today; one without an attitude gets one."""
    if isinstance(objective, Expected):
        return CAUTION.model_copy(update={"on": objective.on, "margin": objective.margin})
    if objective.risk_on == "gain":
        return objective.model_copy(update={"risk_on": "gain_over_current"})
    return objective


def _solve(body: AllocateBody, response: PlanOfModels, held: Held, watch: Watch) -> Array:
    """What is held stays at today's spend, or, where the limits do not leave that, at its share of
    today's mix."""
    total, usual = body.budget.total, float(response.current.sum())

    def solve(scale: float) -> Array:
        problem, effort = _problem(body, response, held, scale), Effort(prove=False, watch=watch)
        return allocate(problem, response, response.current, seed=body.seed, effort=effort).spend

    try:
        return solve(1.0)
    except Infeasible:
        if total is None or usual <= 0.0:
            raise
        return solve(total / usual)


def _problem(
    body: AllocateBody, response: PlanOfModels, held: Held, scale: float
) -> AllocationProblem:
    """The problem of ``body`` with what is held at ``scale`` times today's spend."""
    spend = scale * response.current
    today = response.named(spend)
    still = {
        *held.still,
        *(n for pair in held.pairs for n in pair if not all(map(today.get, pair))),
    }
    channels = dict(body.channels)
    for name in still:
        channels[name] = _fixed(_stated(body, name), today[name])
    for name in held.not_raised:
        channels[name] = _not_raised(_stated(body, name), today[name])
    fields = {name: getattr(body, name) for name in AllocationProblem.model_fields} | {
        "objective": cautious(body.objective),
        "channels": channels,
        "ratios": (*body.ratios, *_ratios(held, today, still)),
        "cells": (*body.cells, *_held_cells(response, still, spend)),
    }
    return AllocationProblem.model_construct(**fields)


def _stated(body: AllocateBody, name: str) -> ChannelBounds:
    return body.channels.get(name, ChannelBounds())


def _fixed(stated: ChannelBounds, today: float) -> ChannelBounds:
    """Today's spend, or the nearest that the stated limits leave."""
    if stated.fixed is not None:
        return stated
    least = max(stated.min or 0.0, stated.committed or 0.0)
    most = max(least, np.inf if stated.max is None else stated.max)
    kept = float(np.clip(today, least, most))
    if stated.on_off is not None and 0.0 < kept < stated.on_off.min_when_on:
        kept = 0.0 if least == 0.0 else stated.on_off.min_when_on
    return ChannelBounds(fixed=kept)


def _not_raised(stated: ChannelBounds, today: float) -> ChannelBounds:
    """The stated limits, and at most today's spend, or what they ask for at least."""
    most = max(stated.min or 0.0, stated.committed or 0.0, today)
    most = most if stated.max is None else min(stated.max, most)
    if stated.fixed is not None or (stated.on_off and most < stated.on_off.min_when_on):
        return _fixed(stated, today)
    return stated.model_copy(update={"max": most})


def _ratios(held: Held, today: Mapping[str, float], still: set[str]) -> Iterator[Ratio]:
    for pair in held.pairs:
        if not set(pair) & still:
            ratio = today[pair[0]] / today[pair[1]]
            yield Ratio(channels=pair, min=ratio, max=ratio)


def _held_cells(response: PlanOfModels, still: set[str], spend: Array) -> Iterator[CellBounds]:
    """Geos and weeks of what is held, where the plan decides them."""
    if len(response.cells) == len(response.channels):
        return
    for cell, amount in zip(response.cells, spend.tolist(), strict=True):
        if cell.channel in still:
            yield CellBounds(
                channel=cell.channel, geo=cell.geo, week=cell.week, min=amount, max=amount
            )
