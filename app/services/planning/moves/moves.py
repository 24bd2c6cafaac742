"""What a plan comes to: moves that can be made now, moves to test first, and channels to hold."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from app.contract.moves import Hold, Move, Moves, TestFirst
from app.contract.plan_requests import AllocateBody
from app.display.words import GainWords
from app.services.planning.moves.do_now import DoNow, do_now
from app.services.planning.moves.held import Held, held_by_evidence
from app.services.planning.moves.sentences import Odds, move_reason, summary_of_moves, test_reason
from app.services.planning.planned_spend import plan_document
from app.services.planning.responses import AnyResponse, gain_over
from mmm.posterior.evidence import LOWER_GRADES
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from mmm.types import Array
from optimizer import Infeasible
from optimizer.explain.information import channel_knowledge
from optimizer.search.case import Effort
from optimizer.solve.allocate import case_of
from optimizer.watch import Watch

NOTICEABLE = 1e-3
"""Share of the plan's total from which on a change is a move."""

CLEAR = 10.0
"""How many times as large a difference between two plans is before a test is asked for."""

MOST_ON_COINCIDENCE = 1 / 3
"""Share of the moved money that may rest on what could be coincidence before odds are withheld."""


@dataclass(frozen=True)
class ModelsPlan:
    """What the model alone would do: ``spend (cell,)`` of its response, at ``price``."""

    response: AnyResponse
    spend: Array
    price: float | None = None


def moves_of(
    model: FittedModel,
    second: FittedModel | None,
    body: AllocateBody,
    alone: ModelsPlan,
    words: GainWords,
    watch: Watch,
) -> Moves:
    """The moves of a plan.  Raises QueryError, InvalidProblem, Cancelled."""
    held = held_by_evidence(model)
    price = None if _price_is_held(model) else alone.price
    try:
        now = do_now(model, second, body, held, watch, price, alone.response.after)
    except Infeasible:
        now = None
    usual = float(alone.response.current.sum())
    spend = alone.response.current if now is None else now.spend
    table = _Changes(
        names=alone.response.channels,
        today=alone.response.by_channel(alone.response.current),
        now=alone.response.by_channel(spend),
        best=alone.response.by_channel(alone.spend),
    )
    worth, odds = _worth_knowing(body, now, watch), _odds(model, table, now)
    told = Moves(
        do_now=tuple(_made_now(model, held, table)),
        test_first=tuple(_tested_first(model, held, table, worth, second is not None)),
        hold=tuple(_held(model, held, table, alone.price)),
        plan=None
        if now is None
        else plan_document(model, now.response.parts[0], now.spend, body.objective.earned_share),
        gain=None if now is None else summarize(now.gain),
        chances_in_20=None if odds is None else odds.in_20,
        probability_better=None if odds is None else odds.model,
        second_model=None if odds is None else odds.second,
        cost_of_waiting=_cost_of_waiting(body, alone, spend),
        summary="",
    )
    return told.model_copy(update={"summary": summary_of_moves(told, held, words, odds, usual)})


@dataclass(frozen=True)
class _Changes:
    """Spend by channel, (channel,) each: today's, that of the moves now, the model's own."""

    names: tuple[str, ...]
    today: Array
    now: Array
    best: Array

    @property
    def least(self) -> float:
        """The smallest change that is a move, in currency."""
        return NOTICEABLE * float(max(self.best.sum(), self.today.sum()))

    def rows(self) -> Iterator[tuple[str, float, float, float]]:
        """Name, today, now and best of every channel."""
        columns = (self.today.tolist(), self.now.tolist(), self.best.tolist())
        return zip(self.names, *columns, strict=True)


def _made_now(model: FittedModel, held: Held, table: _Changes) -> Iterator[Move]:
    for name, today, now, _ in table.rows():
        if abs(now - today) > table.least:
            why = move_reason(model, held, name)
            yield Move(channel=name, from_spend=today, to=now, why=why)


def _tested_first(
    model: FittedModel,
    held: Held,
    table: _Changes,
    worth: Callable[[str], float | None],
    second: bool,
) -> Iterator[TestFirst]:
    for name, today, now, best in table.rows():
        if _goes_on(today, now, best, table.least):
            why = test_reason(model, held, name, second=second)
            yield TestFirst(
                channel=name, if_good=best, if_not=now, worth_knowing=worth(name), why=why
            )


def _goes_on(today: float, now: float, best: float, least: float) -> bool:
    """Whether the model alone would move a channel on from ``now``, away from today's spend."""
    onward = (best - now) * (now - today) >= 0.0 or abs(now - today) <= least
    return onward and abs(best - now) > CLEAR * least


def _held(model: FittedModel, held: Held, table: _Changes, price: float | None) -> Iterator[Hold]:
    for name, today, now, best in table.rows():
        moves = abs(now - today) > table.least
        if not moves and not _goes_on(today, now, best, table.least):
            reason = held.reasons.get(name, "No change of it is worth more than its risk.")
            yield Hold(channel=name, why=reason)
    if price is not None and _price_is_held(model) and model.evidence is not None:
        lever = model.evidence.of("price")
        yield Hold(channel="price", why=f"{lever.label}. {lever.reason}")


def _price_is_held(model: FittedModel) -> bool:
    return any(each.kind == "price" and each.grade in LOWER_GRADES for each in model.levers)


def _odds(model: FittedModel, table: _Changes, now: DoNow | None) -> Odds | None:
    """None where nothing moves, or too much of what moves could be coincidence."""
    moved = np.abs(table.now - table.today)
    if now is None or moved.max(initial=0.0) <= table.least:
        return None
    grades = model.evidence.grades() if model.evidence else {}
    grade_of = [grades[name].grade if name in grades else None for name in table.names]
    weak = float(moved[[grade == "coincidence" for grade in grade_of]].sum())
    if weak > MOST_ON_COINCIDENCE * moved.sum():
        return None
    relies_on = [g for g, change in zip(grade_of, moved, strict=True) if change > table.least]
    first, *others = (float(np.mean(gain > 0.0)) for gain in now.gains)
    return Odds(first, min(others, default=None), all(grade == "tested" for grade in relies_on))


def _worth_knowing(
    body: AllocateBody, now: DoNow | None, watch: Watch
) -> Callable[[str], float | None]:
    """The expected gain of knowing a channel's effect before planning; None where effects do not
    add up."""
    if now is None:
        return lambda _: None
    response = now.response
    case = case_of(body, response, response.current, effort=Effort(watch=watch))
    found = None if watch.is_over() else channel_knowledge(case, now.spend)
    return lambda name: None if found is None else found.by_channel.get(name)


def _cost_of_waiting(body: AllocateBody, alone: ModelsPlan, spend: Array) -> float:
    """A week: what the model alone expects of its plan beyond ``spend (cell,)``."""
    missed = gain_over(alone.response, alone.spend, spend, body.objective.earned_share)
    return max(float(missed.mean()), 0.0) / body.horizon.weeks
