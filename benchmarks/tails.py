"""Each tail of ROI intervals over many worlds, by a channel's share of spend.

    python -m benchmarks.tails --family prior --worlds 200 [--out tails.jsonl]
    python -m benchmarks.tails --family small --worlds 100

``prior``: worlds drawn from the priors of a specification, on the inputs of one ``small`` world,
and fitted with the same scales. There each tail holds the truth 95 times in 100 if the sampler and
the equations are right. ``small`` and ``national``: the worlds of ``worlds.py``, whose truth is not
of the prior. Standard errors are clustered by world, as the channels of a world share its noise.
"""

import argparse
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.evidence import table
from benchmarks.many_worlds import Record, each_world
from benchmarks.ours import spec_of
from benchmarks.worlds import make
from mmm.attribution.returns import return_draws
from mmm.checks.prior import prior_model
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.compiled import compile_model
from mmm.inference.fit import fit_compiled
from mmm.posterior.fitted import FittedModel
from mmm.simulate.prior_predictive import simulate, simulated_table
from mmm.spec.sampling import SamplingSpec
from mmm.types import Array

PRIOR, SIZES = "prior", ("small", "national")
SAMPLING = SamplingSpec(draws=500, tune=500, chains=2, seed=1)
SHARES = (0.0, 0.05, 0.15, 1.0)
HEADS = ("family", "share of spend", "channels", "p5 below", "s.e.", "p95 above", "s.e.")


def measured(model: FittedModel, truth: Array) -> Record:
    """Truth, p5 and p95 of each channel's ROI, and its share of spend."""
    low, high = np.quantile(return_draws(model)[0], (0.05, 0.95), axis=0)
    spend = model.panel.array("spend").sum((0, 1))
    return {
        "truth": truth.tolist(),
        "p5": low.tolist(),
        "p95": high.tolist(),
        "share": (spend / spend.sum()).tolist(),
        "verdict": model.verdict.status,
    }


def of_size(size: str) -> Callable[[int], Record]:
    """Fits the worlds of one size."""
    spec = spec_of(make(size, 1))
    compiled = compile_model(design_of(spec, build_panel(make(size, 1).frame, spec)))

    def measure(seed: int) -> Record:
        world = make(size, seed)
        design = design_of(spec, build_panel(world.frame, spec))
        return measured(fit_compiled(compiled, design, SAMPLING), world.roi)

    return measure


def of_prior(worlds: int, start: int) -> Callable[[int], Record]:
    """Fits worlds that the priors bring forth: draw k is the world of seed ``start`` + k."""
    frame = make("small", 1).frame
    spec = spec_of(make("small", 1))
    panel = build_panel(frame, spec)
    design = design_of(spec, panel)
    compiled = compile_model(design)
    drawn, truth = simulate(spec, panel, worlds, start), prior_model(design, worlds, start)
    roi = return_draws(truth)[0]

    def measure(seed: int) -> Record:
        table = simulated_table(frame, spec, panel, drawn, seed - start)
        same_scales = design.on_panel(build_panel(table, spec))
        return measured(fit_compiled(compiled, same_scales, SAMPLING), roi[seed - start])

    return measure


def summary(family: str, found: list[Record]) -> Iterator[tuple[str, ...]]:
    """By share of spend, and over all: how often each tail holds the truth."""
    for low, high in (*pairwise(SHARES), (0.0, 1.0)):
        below, above = (_by_world(found, low, high, name) for name in ("p5", "p95"))
        if not below:
            continue
        yield (
            family,
            "all" if high - low == 1.0 else f"{low:.0%} to {high:.0%}",
            str(sum(each.size for each in below)),
            *(text for each in (below, above) for text in _share(each)),
        )


def _by_world(found: list[Record], low: float, high: float, tail: str) -> list[Array]:
    """For each world whether that tail holds the truth, of the channels in a range of shares."""
    kept = []
    for row in found:
        share, truth, limit = (np.array(row[name]) for name in ("share", "truth", tail))
        chosen = (share > low) & (share <= high)
        holds = limit <= truth if tail == "p5" else limit >= truth
        if chosen.any():
            kept.append(holds[chosen].astype(np.float64))
    return kept


def _share(by_world: list[Array]) -> tuple[str, str]:
    """The share of channels, and its standard error clustered by world."""
    size = sum(each.size for each in by_world)
    mean = sum(float(each.sum()) for each in by_world) / size
    errors = np.array([float((each - mean).sum()) for each in by_world])
    return f"{mean:.3f}", f"{np.sqrt((errors**2).sum()) / size:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", choices=(PRIOR, *SIZES), default=PRIOR)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--start", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=Path("tails.jsonl"))
    given = parser.parse_args()
    if given.family == PRIOR:
        measure = of_prior(given.worlds, given.start)
    else:
        measure = of_size(given.family)
    seeds = range(given.start, given.start + given.worlds)
    found = [*each_world(given.out, {"family": given.family}, seeds, measure)]
    table(HEADS, summary(given.family, found))


if __name__ == "__main__":
    main()
