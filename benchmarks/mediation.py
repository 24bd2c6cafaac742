"""Brand media that work through search: is their total effect found?

    python -m benchmarks.mediation --arm mediator
    python -m benchmarks.mediation --arm monthly
    python -m benchmarks.mediation --arm control

Worlds of ``mediated.py``, one a seed, 2 x 500 draws, all with one compilation; the question is the
effect of no tv in the whole history, its carryover counted. Three specifications of the same table:

    mediator  search has its own equation, with tv and demand as its causes
    monthly   the same, search known in every fourth week
    control   search is a control like any other: tv's total effect is read with search held fixed

Targets for the first two: the 90 % interval holds the truth in 31 to 40 of 40 worlds, and the mean
relative error is within two standard errors of nothing. ``control`` must miss them: that it does is
what the benchmark shows. Every world is a JSON line in ``--out``, so that a run may be resumed. The
exit status is 1 where an arm is not as it should be.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.intervals import Calibration, Estimate, calibration
from benchmarks.many_worlds import Record, each_world, fitter, how_it_went, what_if
from benchmarks.mediated import Observed, mediated_world
from mmm.spec.model import ModelSpec, parse_spec
from mmm.spec.sampling import SamplingSpec

ARMS: dict[str, Observed] = {"mediator": "weekly", "monthly": "monthly", "control": "weekly"}


def main() -> int:
    options = _options()
    seeds = range(options.start, options.start + options.worlds)
    records = run(options.arm, seeds, options.draws, options.out)
    found = calibration((Estimate(**record["total"]) for record in records), relative=True)
    good = found.covers and found.unbiased
    print(_line(options.arm, found))
    print(f"{options.arm}: total effect {'found' if good else 'lost'}")
    return 0 if good == (options.arm != "control") else 1


def spec_of(arm: str) -> ModelSpec:
    """The specification of an arm."""
    document: dict[str, Any] = {
        "kpi": {"column": "sales", "kind": "units", "value_per_unit": 1.0},
        "date": "week",
        "channels": ["tv", "social"],
        "controls": ["demand_index"],
    }
    if arm == "control":
        return parse_spec({**document, "controls": ["demand_index", "brand_queries"]})
    search = {"name": "search", "column": "brand_queries", "parents": ["tv", "demand_index"]}
    return parse_spec({**document, "mediators": [search]})


def run(arm: str, seeds: Iterable[int], draws: int, out: Path) -> Iterator[Record]:
    """A record per world; those of ``out`` are not fitted again."""
    fit = fitter(spec_of(arm), SamplingSpec(draws=draws, tune=draws, chains=2, seed=1))

    def measure(seed: int) -> Record:
        world = mediated_world(seed, observed=ARMS[arm])
        model = fit(world.frame)
        lost = what_if(model, "tv", 0.0).effect
        total = Estimate(seed, world.total, -lost.mean, -lost.p95, -lost.p5)
        return {"total": asdict(total), "mediated_truth": world.mediated, **how_it_went(model)}

    return each_world(out, {"arm": arm, "draws": draws}, seeds, measure)


def _line(arm: str, found: Calibration) -> str:
    return (
        f"{arm}: covered in {found.covered:g} of {found.worlds} worlds (honest: {found.band[0]} to "
        f"{found.band[1]}); mean relative error {found.error:+.3f} = {found.z:+.1f} s.e.; "
        f"mean width {found.width:.2f} of the truth"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mediation", description=__doc__.split("\n")[0])
    parser.add_argument("--arm", choices=list(ARMS), default="mediator")
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--start", type=int, default=0, help="seed of the first world")
    parser.add_argument("--draws", type=int, default=500, help="of each of two chains")
    parser.add_argument("--out", type=Path, default=Path("mediation.jsonl"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
