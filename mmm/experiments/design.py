"""Designs of a test of one channel, ranked: who is treated, what it costs, what it would find.

Each design is read on the history as its result will be read later (``at_zero``): the same
distribution of what would be sold gives the smallest lift that it finds, its power at every lift
that the model believes, and its errors where nothing was done. The lift, with carry-over and the
weeks that it takes to build up, and its cost come from the draws of the model.

    assurance   the mean over the draws of the power at their lift (O'Hagan, Stevens, Campbell 2005)
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from mmm.errors import Issue, QueryError, pointer
from mmm.experiments.at_zero import AtZero, at_zero
from mmm.experiments.candidates import LEVEL, cooldown_of, effect_of
from mmm.experiments.divisions import Division, divisions, most_comparable, treated_geos
from mmm.experiments.history import History
from mmm.experiments.predicted_effect import (
    YEAR,
    PlannedTest,
    PredictedEffect,
    require_bought,
)
from mmm.experiments.regions import by_region, region_names
from mmm.experiments.transport import transport
from mmm.experiments.undisturbed import Undisturbed
from mmm.posterior.fitted import FittedModel
from mmm.spec.lift_test import SpendPath

TRIED = 24
GRID = 41
"""Lifts at which power is computed; between them it is interpolated."""
MOST_LOST = -0.999
"""Nobody loses all sales: the share at which a lift is cut off."""


@dataclass(frozen=True)
class DesignQuestion:
    """The test of a channel that is looked for.

    ``change``: ``scale`` or ``add`` to its spend, in currency per week over the treated geos.
    ``weeks``: lengths to try. ``geos``: that may be treated, None for all. ``most_cost``: in money,
    expected, what is saved counted as negative.
    """

    channel: str
    change: SpendPath
    weeks: tuple[int, ...] = (4, 6, 8)
    geos: tuple[str, ...] | None = None
    most_cost: float | None = None


@dataclass(frozen=True, eq=False)
class Design:
    """One way to run the test, with what it would show.

    ``share``: of all sales that are treated. ``size``: share of ``windows`` of the history that
    read an effect at 10 %, although nothing was done in them.
    """

    test: PlannedTest
    division: Division
    share: float
    effect: PredictedEffect
    undisturbed: Undisturbed
    size: float
    windows: int

    @property
    def relative_lift(self) -> np.ndarray:
        """(draw,) the lift as a share of what the treated geos would sell."""
        return np.asarray(self.effect.lift / self.effect.kpi)

    @cached_property
    def assurance(self) -> float:
        """The probability that an effect is found at 5 %, over all that the model believes."""
        lift = self.relative_lift
        grid = np.linspace(lift.min(), lift.max(), GRID)
        power = self.undisturbed.powers(np.maximum(grid, MOST_LOST), LEVEL)
        return float(np.interp(lift, grid, power).mean())

    @cached_property
    def detectable(self) -> float:
        """The smallest lift that is found four times in five, a share; negative for a cut."""
        return self.undisturbed.detectable(cut=bool(self.effect.lift.mean() < 0.0))

    @property
    def standard_error(self) -> float:
        """Of the lift, in units of the KPI."""
        return self.undisturbed.relative_sd * self.effect.kpi

    @property
    def measured_sd(self) -> float:
        """The same around the lift of the model, transport to the rest of the market included."""
        regional = self.test.geos is not None
        away = transport(len(self.division.treated), self.share, model_has_geos=regional)
        return self.effect.measured_sd(self.standard_error, away.sd)


def designs(
    models: Sequence[FittedModel],
    history: History,
    question: DesignQuestion,
    *,
    seed: int = 0,
    most: int = TRIED,
    ask: Callable[[], None] = lambda: None,
) -> list[Design]:
    """Designs whose expected cost is within the limit, most assurance first.

    ``models``: of the same data, the first the main one. ``most``: divisions that are read on the
    history, for each length of the test. ``ask`` is called between the steps and may raise. Raises
    QueryError by field.
    """
    allowed, lengths = checked(models[0], history, question)
    ways = divisions(history, allowed, seed)
    found = []
    for test, window in lengths:
        tried = most_comparable(history, ways, window, most)
        read = at_zero(history.kpi, treated_geos(history, tried), window, daily=history.daily)
        for design in _designs(models, history, test, tried, read):
            ask()
            found.append(design)
    affordable = [
        each
        for each in found
        if question.most_cost is None or float(each.effect.cost.mean()) <= question.most_cost
    ]
    if not affordable:
        least = min(float(each.effect.cost.mean()) for each in found)
        detail = f"the cheapest design is expected to cost {least:,.0f}"
        raise QueryError([Issue("/most_cost", "too_little", detail)])
    return sorted(affordable, key=lambda each: -each.assurance)


def checked(
    model: FittedModel, history: History, question: DesignQuestion
) -> tuple[tuple[str, ...], list[tuple[PlannedTest, int]]]:
    """The geos that may be treated, and the test of each length with the periods of the history
    that its reading takes; raises QueryError for a question that has no design."""
    require_bought(model, question.channel)
    allowed = _allowed(model, history, question)
    lengths = [_of_length(model, history, question, weeks) for weeks in question.weeks]
    for _, window in lengths:
        _require_history(history, window)
    return allowed, lengths


def _of_length(
    model: FittedModel, history: History, question: DesignQuestion, weeks: int
) -> tuple[PlannedTest, int]:
    """The test of so many weeks, and the periods of the history that its reading takes."""
    test = PlannedTest(question.channel, question.change, weeks)
    test = replace(test, cooldown=cooldown_of(model, test))
    return test, (test.weeks + test.cooldown) * 7 // history.days


def _designs(
    models: Sequence[FittedModel],
    history: History,
    test: PlannedTest,
    tried: Sequence[Division],
    read: AtZero,
) -> Iterator[Design]:
    """The test in each division."""
    sales = dict(zip(history.geos, history.kpi.sum(axis=0), strict=True))
    sizes = read.size(0.1)
    for k, way in enumerate(tried):
        share = float(sum(sales[geo] for geo in way.treated) / sum(sales.values()))
        placed = _placed(models[0], test, way, share)
        effect = effect_of(models, placed)
        yield Design(
            placed, way, share, effect, read.undisturbed[k], float(sizes[k]), len(read.lifts)
        )


def _placed(model: FittedModel, test: PlannedTest, way: Division, share: float) -> PlannedTest:
    """The test in the treated geos, or in their share of a model without geos."""
    if len(model.panel.geos) > 1:
        return replace(test, geos=way.treated)
    return replace(test, treated_share=share)


def _allowed(model: FittedModel, history: History, question: DesignQuestion) -> tuple[str, ...]:
    """The geos that may be treated: those asked for, or all in which the channel can be changed."""
    if len(history.geos) < 2:
        detail = "a comparison needs at least two geos; the history has one"
        raise QueryError([Issue("/history", "one_geo", detail)])
    spends = _where_it_spends(model, history, question)
    if question.geos is None:
        if not spends:
            detail = f"{question.channel} spent nothing in the last year; give the spend to add"
            raise QueryError([Issue("/change/scale", "no_spend", detail)])
        return spends
    issues = []
    for k, name in enumerate(question.geos):
        if name not in history.geos:
            detail = f"{name!r} is not a geo of the history"
            issues.append(Issue(pointer("geos", k), "unknown_geo", detail))
        elif name not in spends:
            detail = f"{question.channel} spent nothing in {name!r} in the last year"
            issues.append(Issue(pointer("geos", k), "no_spend", detail))
    if issues:
        raise QueryError(issues)
    return question.geos


def _where_it_spends(
    model: FittedModel, history: History, question: DesignQuestion
) -> tuple[str, ...]:
    """Geos whose spend a multiple changes; all of them for an amount to add, and in a model without
    geos."""
    cells = model.panel.geos
    own = region_names(cells)
    if len(cells) > 1 and (strange := sorted(set(own) ^ set(history.geos))):
        detail = f"the history and the model have other geos: {', '.join(strange[:5])}"
        raise QueryError([Issue("/history", "other_geos", detail)])
    if question.change.scale is None or len(cells) == 1:
        return history.geos
    channel = model.structure.channels.index(question.channel)
    spend = by_region(cells, model.panel.array("spend")[-YEAR:, :, channel].sum(axis=0))
    on = {geo for geo, amount in zip(own, spend.tolist(), strict=True) if amount > 0.0}
    return tuple(geo for geo in history.geos if geo in on)


def _require_history(history: History, window: int) -> None:
    if len(history.kpi) < 3 * window:
        periods = "days" if history.daily else "weeks"
        detail = (
            f"test and cool-down take {window} {periods}; the history has {len(history.kpi)}, and "
            f"a design needs three times as many as the test: {3 * window}"
        )
        raise QueryError([Issue("/weeks", "short_history", detail)])
