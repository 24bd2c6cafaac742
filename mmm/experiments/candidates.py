"""Tests of a channel that could be run next, with what they would cost and tell.

A channel is switched off, halved, raised or multiplied, for four to twelve weeks, in about a tenth,
a quarter or a half of the market, and read until nine tenths of what it does have come. Draws of
several models stand one after the other, as in the response that plans are judged by.

    power of a two-sided test at 5 %    Phi(|L| / se - z) + Phi(-|L| / se - z),   z = 1.96
    assurance                           its mean over the draws of the lift L (O'Hagan et al. 2005)
    smallest detectable lift            (z + .84) se: found with power .8
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from scipy.special import ndtr, ndtri

from mmm.data.panel import Panel
from mmm.experiments.expected_error import WeeklyNoise
from mmm.experiments.predicted_effect import YEAR, PlannedTest, PredictedEffect, predicted_effect
from mmm.experiments.regions import by_region, region_names
from mmm.experiments.transport import BASE
from mmm.lift.worlds import spend_reach
from mmm.posterior.fitted import FittedModel
from mmm.spec.lift_test import SpendPath
from mmm.types import Array

SCALES = (0.0, 0.5, 1.5, 2.0, 3.0)
WEEKS = (4, 8, 12)
SHARES = (0.1, 0.25, 0.5)
COOLDOWNS = (0, 1, 2, 4, 8)
CAUGHT = 0.9
"""Share of the lift that has come by the end of the cool-down."""
DRAWS_FOR_COOLDOWN = 50
LEVEL = 0.05
POWER = 0.8


@dataclass(frozen=True, eq=False)
class Candidate:
    """A test that could be run: ``share`` of the sales that it treats, its predicted ``effect`` and
    the ``standard_error`` of its lift in KPI units."""

    test: PlannedTest
    share: float
    effect: PredictedEffect
    standard_error: float

    @property
    def assurance(self) -> float:
        """The probability that the test finds an effect, averaged over what the model believes."""
        scaled = np.abs(self.effect.lift) / self.standard_error
        z = ndtri(1.0 - LEVEL / 2.0)
        return float((ndtr(scaled - z) + ndtr(-scaled - z)).mean())

    @property
    def detectable(self) -> float:
        """The smallest lift in KPI units that is found four times in five."""
        return float((ndtri(1.0 - LEVEL / 2.0) + ndtri(POWER)) * self.standard_error)

    @property
    def measured_sd(self) -> float:
        """S.d. of the measured lift around the model's, transport to other weeks included."""
        return self.effect.measured_sd(self.standard_error, BASE)


def candidates(models: Sequence[FittedModel], channel: str, noise: WeeklyNoise) -> list[Candidate]:
    """Every test of a channel that can be run; ``models`` are of the same data, the first the main,
    whose ``noise`` is given.

    Empty for a channel that spent nothing in the last year. Raises QueryError for what is none.
    """
    panel, position = models[0].panel, models[0].structure.channels.index(channel)
    spend = panel.array("spend")[-YEAR:, :, position].sum(axis=0)
    if spend.sum() == 0.0:
        return []
    cooldown = cooldown_of(models[0], PlannedTest(channel, SpendPath(scale=SCALES[0]), WEEKS[0]))
    longest = len(panel.weeks) // 2 - cooldown
    tests = [
        PlannedTest(channel, SpendPath(scale=scale), weeks, cooldown)
        for scale, weeks in product(SCALES, WEEKS)
        if weeks <= longest
    ]
    return [each for test in tests for each in _in_parts(models, test, noise, spend)]


def _in_parts(
    models: Sequence[FittedModel], test: PlannedTest, noise: WeeklyNoise, spend: Array
) -> Iterator[Candidate]:
    """The test in each part of the market that it could treat; spend (geo,) of its channel."""
    panel = models[0].panel
    if len(panel.geos) > 1:
        for geos in _areas(panel, spend):
            yield _candidate(models, replace(test, geos=geos), noise)
        return
    whole = _candidate(models, replace(test, treated_share=SHARES[-1]), noise)
    for share in SHARES:
        part = replace(test, treated_share=share)
        # A part of a nation shows its share of what the nation would.
        effect = whole.effect.times(share / SHARES[-1])
        yield Candidate(part, share, effect, noise.standard_error(part))


def _candidate(models: Sequence[FittedModel], test: PlannedTest, noise: WeeklyNoise) -> Candidate:
    effect = effect_of(models, test)
    first = models[0].panel.weeks.index(effect.start)
    sales = models[0].panel.array("kpi")[first : first + test.weeks + test.cooldown].sum()
    return Candidate(test, effect.kpi / float(sales), effect, noise.standard_error(test))


def effect_of(models: Sequence[FittedModel], test: PlannedTest) -> PredictedEffect:
    """What all models expect of a test, their draws one after the other; raises QueryError."""
    effects = [predicted_effect(model, test) for model in models]
    return replace(
        effects[0],
        lift=np.concatenate([effect.lift for effect in effects]),
        value=np.concatenate([effect.value for effect in effects]),
    )


def cooldown_of(model: FittedModel, test: PlannedTest) -> int:
    """The weeks after which most of the lift has come."""
    reach = spend_reach(model.structure, model.structure.channels.index(test.channel))
    possible = [k for k in COOLDOWNS if k < reach] + [min(reach, COOLDOWNS[-1])]
    few = model.thinned(DRAWS_FOR_COOLDOWN)
    room = len(model.panel.weeks) - test.weeks
    longest = replace(test, cooldown=min(possible[-1], room))
    whole = _mean_lift(few, longest)
    for weeks in possible:
        if abs(_mean_lift(few, replace(test, cooldown=weeks))) >= CAUGHT * abs(whole):
            return weeks
    return longest.cooldown


def _mean_lift(model: FittedModel, test: PlannedTest) -> float:
    return float(predicted_effect(model, test).lift.mean())


def _areas(panel: Panel, spend: Array) -> Iterator[tuple[str, ...]]:
    """Geos with about each share of the sales, large and small ones, where the channel spends."""
    names, kpi = region_names(panel.geos), panel.array("kpi").sum(axis=0)
    sales = dict(zip(names, by_region(panel.geos, kpi).tolist(), strict=True))
    spent = dict(zip(names, by_region(panel.geos, spend).tolist(), strict=True))
    order = sorted(sales, key=lambda name: -sales[name])
    seen = set()
    for share in SHARES:
        step = round(1.0 / share)
        chosen = tuple(sorted(n for n in order[step // 2 :: step] if spent[n] > 0.0))
        if chosen and len(chosen) < len(order) and chosen not in seen:
            seen.add(chosen)
            yield chosen
