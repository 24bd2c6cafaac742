"""Do intervals hold the truth as often as they say? Many worlds, one compilation.

    python -m benchmarks.coverage --design all --worlds 100
    python -m benchmarks.coverage --design baseline --worlds 40
    python -m benchmarks.coverage --design mismatch --worlds 40

Worlds ``small`` with seeds of their own (``--start`` and after), 2 x 500 draws. ``all``: prices act
on everything, and the spec says so; ``baseline``: on the baseline alone, and the spec says so;
``mismatch``: the world's act on the baseline, the spec's on all. The last has no target: it shows
what a wrong declaration costs.

Every world is a JSON line in ``--out``; a run that was broken off goes on where it stopped. Then
comes the table. Targets, see ``intervals``: coverage within the band, and for all but ROI a mean
error (estimate - truth; relative for the last three) within two standard errors. The exit status is
1 where one is missed.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.intervals import Calibration, Estimate, calibration
from benchmarks.many_worlds import Record, each_world, fitter, how_it_went, what_if
from benchmarks.ours import spec_of
from benchmarks.worlds import CROSS_ELASTICITY, ELASTICITY, PriceOn, World, make
from mmm.attribution.returns import return_draws
from mmm.posterior.fitted import FittedModel
from mmm.spec.sampling import SamplingSpec

SIZE = "small"
DESIGNS: dict[str, tuple[PriceOn, PriceOn]] = {
    "all": ("all", "all"),
    "baseline": ("baseline", "baseline"),
    "mismatch": ("baseline", "all"),
}
QUANTITIES = ("elasticity", "cross_elasticity", "do(price x 1.1)", "do(rival.price x 1.1)", "roi")
RELATIVE = QUANTITIES[2:]
UNBIASED = QUANTITIES[:4]


def main() -> int:
    options = _options()
    seeds = range(options.start, options.start + options.worlds)
    records = list(run(options.design, seeds, options.draws, options.out))
    missed = report(options.design, records)
    return 1 if missed else 0


def run(design: str, seeds: Iterable[int], draws: int, out: Path) -> Iterator[Record]:
    """A record per world; those of ``out`` are not fitted again."""
    price_on, acts_on = DESIGNS[design]
    sampling = SamplingSpec(draws=draws, tune=draws, chains=2, seed=1)
    fit = fitter(spec_of(make(SIZE), acts_on), sampling)

    def measure(seed: int) -> Record:
        world = make(SIZE, seed, price_on)
        model = fit(world.frame)
        found = {
            name: [asdict(item) for item in rows] for name, rows in estimates(world, seed, model)
        }
        return {"estimates": found, **how_it_went(model)}

    return each_world(out, {"design": design, "draws": draws}, seeds, measure)


def estimates(world: World, seed: int, model: FittedModel) -> Iterator[tuple[str, list[Estimate]]]:
    """What the fit says of each of ``QUANTITIES``, with the truth."""
    draws, (roi, _) = model.posterior.draws, return_draws(model)
    yield "elasticity", [Estimate.of(seed, ELASTICITY, draws["elasticity"])]
    cross = draws["cross_elasticity"][:, 0]
    yield "cross_elasticity", [Estimate.of(seed, CROSS_ELASTICITY, cross)]
    changes = {"price": world.kpi_at(own=1.1), "rival.price": world.kpi_at(rival=1.1)}
    for variable, kpi in changes.items():
        found = what_if(model, variable, 1.1).effect_in_window
        truth = kpi - world.kpi_at()
        yield f"do({variable} x 1.1)", [Estimate(seed, truth, found.mean, found.p5, found.p95)]
    yield "roi", [Estimate.of(seed, truth, roi[:, c]) for c, truth in enumerate(world.roi)]


def report(design: str, records: list[Record]) -> list[str]:
    """Print the table and the summary; the targets missed, none for ``mismatch``."""
    missed: list[str] = []
    print("| design | quantity | covered | band | below | error | width |")
    print("|---|---|---|---|---|---|---|")
    for name in QUANTITIES:
        rows = [Estimate(**row) for record in records for row in record["estimates"][name]]
        found = calibration(rows, relative=name in RELATIVE)
        print(_row(design, name, found))
        missed += _missed(name, found)
    seconds = sum(record["seconds"] for record in records)
    start = f"{design}, {len(records)} worlds, {seconds:.0f} s:"
    if design == "mismatch":
        print(start, "no target")
        return []
    print(start, "; ".join(missed) or "every target met")
    return missed


def _row(design: str, name: str, found: Calibration) -> str:
    return (
        f"| {design} | {name} | {found.covered:.4g} of {found.worlds} "
        f"(s.e. {found.covered_error:.1f}) | {found.band[0]} to {found.band[1]} "
        f"| {found.below:.4g} | {found.error:+.4f} = {found.z:+.1f} s.e. | {found.width:.3f} |"
    )


def _missed(name: str, found: Calibration) -> Iterator[str]:
    low, high = found.band
    if not found.covers:
        yield f"{name} covered in {found.covered:.4g} worlds, not {low} to {high}"
    if name in UNBIASED and not found.unbiased:
        yield f"{name} off by {found.z:+.1f} standard errors"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="coverage", description=__doc__.split("\n")[0])
    parser.add_argument("--design", choices=sorted(DESIGNS), default="all")
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--start", type=int, default=0, help="seed of the first world")
    parser.add_argument("--draws", type=int, default=500, help="of each of two chains")
    parser.add_argument("--out", type=Path, default=Path("coverage.jsonl"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
