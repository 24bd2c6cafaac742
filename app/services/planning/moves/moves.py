"""What a plan comes to: moves that can be made now, moves to test first, and channels to hold."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from app.contract.moves import Hold, Move, Moves, TestFirst
from app.contract.plan_details import FewestMovesDocument
from app.contract.plan_requests import AllocateBody
from app.display.words import GainWords
from app.services.planning.adjustments import fewest_document, rounding_document
from app.services.planning.moves.do_now import DoNow, do_now
from app.services.planning.moves.held import Held, held_by_evidence
from app.services.planning.moves.odds import odds_of
from app.services.planning.moves.sentences import (
    LEFT_OUT,
    NOT_WORTH_IT,
    StatedLimits,
    move_reason,
    summary_of_moves,
    test_reason,
)
from app.services.planning.planned_spend import plan_document
from app.services.planning.responses import AnyResponse, ModelMix, gain_over
from app.services.planning.summary import is_total
from mmm.errors import Issue, QueryError, pointer
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
    mix: ModelMix | None = None,
) -> Moves:
    """The moves of a plan, by ``mix`` in the place of the model where there is one.

    Raises QueryError, InvalidProblem, Cancelled.
    """
    body = body.over(float(alone.response.current.sum()))
    _require_known(model, body.under_test)
    held = held_by_evidence(model).under_test(body.under_test, body.horizon.start)
    price = None if _price_is_held(model) else alone.price
    try:
        now = do_now(mix or model, second, body, held, watch, price, alone.response.after)
    except Infeasible:
        now = None
    usual = float(alone.response.current.sum())
    spend = alone.response.current if now is None else now.spend
    table = _Changes(
        names=alone.response.channels,
        today=alone.response.by_channel(alone.response.current),
        now=alone.response.by_channel(spend),
        full=alone.response.by_channel(spend if now is None else now.all_moves),
        best=alone.response.by_channel(alone.spend),
        step=body.round_to or 0.0,
    )
    stated = StatedLimits(body, words)
    worth = _worth_knowing(body, now, watch)
    gains = () if now is None else now.gains
    odds = odds_of(model, table.names, table.now - table.today, table.least, gains)
    told = Moves(
        do_now=tuple(_made_now(model, held, table, stated)),
        test_first=tuple(_tested_first(model, held, table, worth, second is not None)),
        hold=tuple(_held(model, held, table, stated, alone.price)),
        plan=None
        if now is None
        else plan_document(model, now.judged.parts[0], now.spend, body.objective.earned_share),
        gain=None if now is None else summarize(now.gain),
        by_time=None if now is None else now.by_time,
        even=None
        if now is None or is_total(usual, float(spend.sum()))
        else summarize(now.gain_of_even),
        fewest_moves=None if now is None else _fewest(now, table),
        rounding=None if now is None else rounding_document(now.made, now.response),
        chances_in_20=None if odds is None else odds.in_20,
        probability_better=None if odds is None else odds.model,
        second_model=None if odds is None else odds.second,
        cost_of_waiting=_cost_of_waiting(body, alone, spend),
        summary="",
    )
    return told.model_copy(update={"summary": summary_of_moves(told, held, words, odds, usual)})


def _require_known(model: FittedModel, under_test: Mapping[str, date]) -> None:
    known = model.structure.channels
    issues = [
        Issue(pointer("under_test", name), "unknown_channel", f"there is no channel {name!r}")
        for name in under_test
        if name not in known
    ]
    if issues:
        raise QueryError(issues)


@dataclass(frozen=True)
class _Changes:
    """Spend by channel, (channel,) each: today's, that of the moves now, that of all moves that can
    be defended, the model's own.  ``step``: that amounts are multiples of; 0 for any amount."""

    names: tuple[str, ...]
    today: Array
    now: Array
    full: Array
    best: Array
    step: float

    @property
    def least(self) -> float:
        """The smallest change that is a move, in currency."""
        return max(NOTICEABLE * float(max(self.best.sum(), self.today.sum())), self.step)

    def rows(self) -> Iterator[tuple[str, float, float, float]]:
        """Name, today, now and best of every channel."""
        columns = (self.today.tolist(), self.now.tolist(), self.best.tolist())
        return zip(self.names, *columns, strict=True)

    def moved(self, spend: Array) -> int:
        """How many channels a plan (channel,) moves."""
        return int((np.abs(spend - self.today) > self.least).sum())

    def left_out(self, name: str) -> bool:
        """Whether a move of a channel can be defended but adds too little."""
        at = self.names.index(name)
        still = abs(self.now[at] - self.today[at]) <= self.least
        return bool(still and abs(self.full[at] - self.today[at]) > self.least)

    def goes_on(self, name: str) -> bool:
        """Whether the model alone would move a channel on, from what can be defended."""
        at = self.names.index(name)
        today, best = float(self.today[at]), float(self.best[at])
        defended = float(self.full[at] if self.left_out(name) else self.now[at])
        onward = (best - defended) * (defended - today) >= 0.0
        return (onward or abs(defended - today) <= self.least) and (
            abs(best - defended) > CLEAR * self.least
        )


def _fewest(now: DoNow, table: _Changes) -> FewestMovesDocument | None:
    """How many of the moves that can be defended were left out, as moves are counted."""
    found = fewest_document(now.made, now.response)
    counted = {"moves": table.moved(table.now), "before": table.moved(table.full)}
    return None if found is None else found.model_copy(update=counted)


def _made_now(
    model: FittedModel, held: Held, table: _Changes, stated: StatedLimits
) -> Iterator[Move]:
    for name, today, now, _ in table.rows():
        if abs(now - today) > table.least:
            why = " ".join(filter(None, (stated.reason(name, now), move_reason(model, held, name))))
            yield Move(channel=name, from_spend=today, to=now, why=why)


def _tested_first(
    model: FittedModel,
    held: Held,
    table: _Changes,
    worth: Callable[[str], float | None],
    second: bool,
) -> Iterator[TestFirst]:
    for name, _, now, best in table.rows():
        if table.goes_on(name):
            why = test_reason(model, held, name, second=second)
            yield TestFirst(
                channel=name, if_good=best, if_not=now, worth_knowing=worth(name), why=why
            )


def _held(
    model: FittedModel,
    held: Held,
    table: _Changes,
    stated: StatedLimits,
    price: float | None,
) -> Iterator[Hold]:
    for name, today, now, _ in table.rows():
        if abs(now - today) <= table.least and not table.goes_on(name):
            usual = LEFT_OUT if table.left_out(name) else NOT_WORTH_IT
            reason = stated.reason(name, now) or held.reasons.get(name, usual)
            yield Hold(channel=name, why=reason)
    if price is not None and _price_is_held(model) and model.evidence is not None:
        lever = model.evidence.of("price")
        yield Hold(channel="price", why=f"{lever.label}. {lever.reason}")


def _price_is_held(model: FittedModel) -> bool:
    return any(each.kind == "price" and each.grade in LOWER_GRADES for each in model.levers)


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
