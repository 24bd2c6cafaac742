"""The part of a plan that can be defended now: best for the worst of model and second model.

Both models keep only the causal share of each effect (``mmm.evidence.causal_share``), the risk is
of the gain over today's plan, and what the evidence holds stays where it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from app.contract.plan_requests import AllocateBody
from app.contract.planned_spend import GainByTime
from app.services.planning.moves.causal import (
    causal_response,
    gain_by_time,
    gains_of,
    least_favourable,
    todays_response,
)
from app.services.planning.moves.held import Held
from app.services.planning.responses import ModelMix
from mmm.plan.of_models import PlanOfModels
from mmm.posterior.fitted import FittedModel
from mmm.types import Array
from optimizer import Allocation, AllocationProblem, Effort, Infeasible, allocate
from optimizer.adjustments import Adjustments
from optimizer.problem.limits import CellBounds, ChannelBounds, Ratio
from optimizer.problem.objective import Expected, MeanCvar, Objective
from optimizer.problem.problem import MULTIPLE
from optimizer.search.starts import spend_mix
from optimizer.watch import Watch

CAUTION = MeanCvar(risk_aversion=0.7, tail=0.1, risk_on="gain_over_current")
"""The attitude to risk where none is stated, by the curve of harm against gain over known worlds in
``benchmarks/README.md``."""

FEWEST = 0.9
"""Share of the gain that the fewest moves have to bring, where none is stated."""

FEWEST_CELLS = 40
"""Amounts to decide up to which the fewest moves are sought where none are asked for: with more,
such as weeks one by one, it takes several times as long as the plan itself."""


@dataclass(frozen=True)
class DoNow:
    """The plan that can be defended, ``spend (cell,)``, with the response that it is best for.

    ``judged``: the response in which own spend goes on after the horizon as this plan does, by
    which it is told. ``gains``: (draw,) over today's plan by each model then, causal shares alone;
    ``by_time``: when they come;
    ``even``: the same for today's mix at the plan's total.  ``made``: how many moves were left out,
    and the rounding.
    """

    spend: Array
    response: PlanOfModels
    judged: PlanOfModels
    gains: tuple[Array, ...]
    by_time: GainByTime
    even: tuple[Array, ...]
    made: Adjustments

    @property
    def gain(self) -> Array:
        """(draw,) by the model that expects less."""
        return self.gains[least_favourable(self.gains)]

    @property
    def gain_of_even(self) -> Array:
        """(draw,) by the same model."""
        return self.even[least_favourable(self.gains)]

    @property
    def all_moves(self) -> Array:
        """(cell,) the plan with all moves that can be defended, those that add little too."""
        few = self.made.fewest_moves
        return self.spend if few is None else few.spend


def do_now(
    model: FittedModel | ModelMix,
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
    response = causal_response(model, second, body, body.objective.response_unit, price)
    if after is not None:
        response = response.going_on_at(after)
    found, earned = _solve(body, response, held, watch), body.objective.earned_share
    judged = response.continuing(found.spend)
    today = todays_response(model, second, body, judged, price)
    even = found.spend.sum() * spend_mix(response.current)
    gains, of_even = (gains_of(judged, plan, earned, today) for plan in (found.spend, even))
    by_time = gain_by_time(gains, judged, found.spend, earned, today)
    return DoNow(found.spend, response, judged, gains, by_time, of_even, found.adjustments)


def cautious(objective: Objective) -> Objective:
    """The objective with its risk on the gain over today; one without an attitude gets one."""
    if isinstance(objective, Expected):
        return CAUTION.model_copy(update={"on": objective.on, "margin": objective.margin})
    if objective.risk_on == "gain":
        return objective.model_copy(update={"risk_on": "gain_over_current"})
    return objective


def _solve(body: AllocateBody, response: PlanOfModels, held: Held, watch: Watch) -> Allocation:
    """What is held stays at today's spend, or at its share of today's mix, where the limits do not
    leave that and where a cut does less harm so."""
    total, usual = body.budget.total, float(response.current.sum())

    def solve(scale: float) -> Allocation:
        problem, effort = _problem(body, response, held, scale), Effort(prove=False, watch=watch)
        return allocate(problem, response, response.current, seed=body.seed, effort=effort)

    if total is None or usual in (0.0, total):
        return solve(1.0)
    try:
        found = solve(1.0)
    except Infeasible:
        return solve(total / usual)
    if total > usual or not (held.still or held.pairs):
        return found
    try:
        return max(found, solve(total / usual), key=lambda each: each.risk.value)
    except Infeasible:
        return found


def _problem(
    body: AllocateBody, response: PlanOfModels, held: Held, scale: float
) -> AllocationProblem:
    """The problem of ``body`` with what is held at ``scale`` times today's spend."""
    spend = _buyable(scale * response.current, response, body.round_to)
    today = response.named(spend)
    still = {
        *held.still,
        *(n for pair in held.pairs for n in pair if not all(map(today.get, pair))),
    }
    channels = dict(body.channels)
    for name in still & today.keys():
        channels[name] = _fixed(_stated(body, name), today[name], body.round_to)
    for name in held.not_raised.keys() & today.keys():
        channels[name] = _not_raised(_stated(body, name), today[name], body.round_to)
    fields = {name: getattr(body, name) for name in AllocationProblem.model_fields} | {
        "objective": cautious(body.objective),
        "fewest_moves": _fewest(body, len(response.names)),
        "channels": channels,
        "ratios": (*body.ratios, *_ratios(held, today, still, body.round_to or 0.0)),
        "cells": (*body.cells, *_held_cells(response, still, spend)),
    }
    return AllocationProblem.model_construct(**fields)


def _fewest(body: AllocateBody, cells: int) -> float | None:
    """The share of the gain that the moves have to bring; None where every move is made."""
    if body.minimise or body.least_movement:
        return None
    if body.fewest_moves is None:
        return FEWEST if cells <= FEWEST_CELLS else None
    return body.fewest_moves


def _buyable(spend: Array, response: PlanOfModels, step: float | None) -> Array:
    """The spend (cell,) with each channel's total at the nearest multiple of a step."""
    if step is None:
        return spend
    times = {
        name: step * round(total / step) / total if total > 0.0 else 0.0
        for name, total in response.named(spend).items()
    }
    return np.asarray(spend * np.array([times[cell.channel] for cell in response.cells]))


def _stated(body: AllocateBody, name: str) -> ChannelBounds:
    return body.channels.get(name, ChannelBounds())


def _fixed(stated: ChannelBounds, today: float, step: float | None) -> ChannelBounds:
    """Today's spend, or the nearest that the stated limits leave; a multiple of a step."""
    if stated.fixed is not None:
        return stated
    least = max(stated.min or 0.0, stated.committed or 0.0)
    most = max(least, np.inf if stated.max is None else stated.max)
    kept = float(np.clip(today, least, most))
    if stated.on_off is not None and 0.0 < kept < stated.on_off.min_when_on:
        kept = 0.0 if least == 0.0 else stated.on_off.min_when_on
    if step is not None:
        kept = step * (
            ceil(kept / step - MULTIPLE) if today < least else floor(kept / step + MULTIPLE)
        )
    return ChannelBounds(fixed=kept)


def _not_raised(stated: ChannelBounds, today: float, step: float | None) -> ChannelBounds:
    """The stated limits, and at most today's spend, or what they ask for at least."""
    most = max(stated.min or 0.0, stated.committed or 0.0, today)
    most = most if stated.max is None else min(stated.max, most)
    if stated.fixed is not None or (stated.on_off and most < stated.on_off.min_when_on):
        return _fixed(stated, today, step)
    return stated.model_copy(update={"max": most})


def _ratios(
    held: Held, today: Mapping[str, float], still: set[str], step: float
) -> Iterator[Ratio]:
    """Pairs at today's ratio, or as near to it as one ``step`` of each allows."""
    for pair in held.pairs:
        if not set(pair) & still:
            first, second = (today[name] for name in pair)
            least = max(first - step, 0.0) / (second + step)
            most = (first + step) / (second - step) if second > step else None
            yield Ratio(channels=pair, min=least, max=most)


def _held_cells(response: PlanOfModels, still: set[str], spend: Array) -> Iterator[CellBounds]:
    """Geos and weeks of what is held, where the plan decides them."""
    if len(response.cells) == len(response.channels):
        return
    for cell, amount in zip(response.cells, spend.tolist(), strict=True):
        if cell.channel in still:
            yield CellBounds(
                channel=cell.channel, geo=cell.geo, week=cell.week, min=amount, max=amount
            )
