"""Coverage where the truth is known and the specification is an analyst's first: by either end.

Worlds ``small`` of ``benchmarks.worlds``, whose shapes differ from the model's, and each kind of
``benchmarks.wrong_worlds``, in which something is wrong (or, ``clean``, nothing). Of the 90 %
intervals of every channel's contribution, and of the own price's elasticity, 5 % of the truths lie
below p5 and 5 % above p95 where they are honest. Seeds are of the confirming range.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from benchmarks import worlds, wrong_worlds
from benchmarks.many_worlds import Record, each_world, fitter, how_it_went
from benchmarks.ours import spec_of
from benchmarks.worlds import ELASTICITY, Array
from mmm.attribution.returns import channel_contributions
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec

FIRST_SEED = 620
SAMPLING = SamplingSpec(draws=500, tune=500, chains=2, seed=1)
WRONG_ELASTICITY = -1.8
TABLES = ("worlds", *wrong_worlds.KINDS)


def run(table: str, count: int, out: Path) -> Iterator[Record]:
    """A record for each of ``count`` worlds of one table, with a row for each quantity."""
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    if table == "worlds":
        yield from _small(seeds, out)
        return
    fit = fitter(parse_spec(wrong_worlds.SPEC), SAMPLING)

    def measure(seed: int) -> Record:
        world = wrong_worlds.make(table, seed)
        model = fit(world.frame)
        return _record(model, world.contribution, WRONG_ELASTICITY)

    yield from each_world(out, {"table": table}, seeds, measure)


def _small(seeds: Iterable[int], out: Path) -> Iterator[Record]:
    fit = fitter(spec_of(worlds.make("small")), SAMPLING)

    def measure(seed: int) -> Record:
        world = worlds.make("small", seed)
        return _record(fit(world.frame), world.contribution, ELASTICITY)

    yield from each_world(out, {"table": "worlds"}, seeds, measure)


def _record(model: FittedModel, contribution: Array, elasticity: float) -> Record:
    found = channel_contributions(model)
    grades = {lever.name: lever.grade for lever in model.levers}
    rows = [
        _row("contribution", true, found[:, c], grades.get(name))
        for c, (name, true) in enumerate(
            zip(model.structure.channels, contribution.tolist(), strict=True)
        )
    ]
    rows.append(
        _row("elasticity", elasticity, model.posterior.draws["elasticity"], grades.get("price"))
    )
    return {"rows": rows, **how_it_went(model)}


def _row(quantity: str, truth: float, draws: Array, grade: str | None) -> Record:
    low, high = np.quantile(draws, [0.05, 0.95]).tolist()
    return {"quantity": quantity, "truth": truth, "p5": low, "p95": high, "grade": grade}
