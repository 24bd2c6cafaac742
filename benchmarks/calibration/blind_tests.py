"""Geo tests predicted blind: is the true lift where a model that has seen no test expects it?

Panels of ``benchmarks.worlds`` (104 weeks, eight regions, four channels), each fitted to its
history as it was. A test of one channel in half of the regions is then predicted: spend off, or
doubled, for four weeks, eight weeks of carryover read with it. The truth is the world's own media
response with and without it, which the model has never seen.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.many_worlds import Record, each_world, fitter, how_it_went
from benchmarks.ours import spec_of
from benchmarks.worlds import LAGS, World, simulate
from mmm.experiments.predicted_effect import PlannedTest, predicted_effect
from mmm.spec.lift_test import SpendPath
from mmm.spec.sampling import SamplingSpec

FIRST_SEED = 700
WEEKS, GEOS, CHANNELS, TESTED = 104, 8, 4, 4
SAMPLING = SamplingSpec(draws=500, tune=500, chains=2, seed=1)


def world_of(seed: int) -> World:
    """The panel of a seed."""
    return simulate(WEEKS, GEOS, CHANNELS, seed)


def run(count: int, out: Path) -> Iterator[Record]:
    """A record for each test: the true lift, its quantile among the draws, and the intervals."""
    fit = fitter(spec_of(world_of(FIRST_SEED)), SAMPLING)

    def measure(seed: int) -> Record:
        world = world_of(seed)
        model = fit(world.frame)
        channel, scale = world.channels[seed % CHANNELS], (0.0, 2.0)[(seed // CHANNELS) % 2]
        treated = tuple(np.random.default_rng(seed).permutation(model.panel.geos)[: GEOS // 2])
        planned = PlannedTest(
            channel, SpendPath(scale=scale), TESTED, cooldown=LAGS, geos=tuple(map(str, treated))
        )
        effect = predicted_effect(model, planned)
        first = model.panel.weeks.index(effect.start)
        truth = true_lift(world, planned, model.panel.geos, first)
        levels = np.quantile(effect.lift, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist()
        told = {"channel": channel, "scale": scale, "truth": truth, "levels": levels}
        return {**told, "below": float(np.mean(effect.lift < truth)), **how_it_went(model)}

    yield from each_world(out, {"table": "blind"}, range(FIRST_SEED, FIRST_SEED + count), measure)


def true_lift(world: World, test: PlannedTest, geos: tuple[str, ...], first: int) -> float:
    """KPI that the test changes in the treated geos from week ``first`` on, carryover counted."""
    assert test.geos is not None
    assert test.change.scale is not None
    last = first + test.weeks
    changed = world.truth.spend.copy()
    places = [geos.index(name) for name in test.geos]
    changed[first:last, places, world.channels.index(test.channel)] *= test.change.scale
    difference = world.response(changed) - world.response(world.truth.spend)
    return float(difference[first : last + test.cooldown, places].sum())
