"""How long does a refit take beside its sampling, once a structure is compiled?

    python -m benchmarks.refits
    python -m benchmarks.refits --refits 12 --world small

Worlds of one structure, seed by seed, are fitted in one process, 2 x (500 + 500) draws. Printed are
seconds of the clock and of the processor for each part of a fit after the first, their median over
the refits: ``load`` (the graph of the new numbers, and the proof that the code serves it),
``draws`` (warm-up and sampling), ``after`` (coefficients, diagnostics, checks, evidence).
"""

import argparse
import time
from itertools import pairwise
from statistics import median

from benchmarks.ours import spec_of
from benchmarks.worlds import make
from mmm.data.design import Design, design_of
from mmm.data.panel import build_panel
from mmm.inference.compiled import Compiled, compile_model
from mmm.inference.fit import fit_compiled
from mmm.progress import Progress
from mmm.spec.sampling import SamplingSpec

SAMPLING = SamplingSpec(draws=500, tune=500, chains=2, seed=1)
PARTS = ("load", "draws", "after")


def main() -> None:
    options = _options()
    designs = [_design(options.world, seed) for seed in range(1, options.refits + 2)]
    compiled = compile_model(designs[0])
    rows = [_refit(compiled, design) for design in designs][1:]
    for place, unit in enumerate(("clock", "processor")):
        parts = [median(row[place][part] for row in rows) for part in range(len(PARTS))]
        told = "  ".join(f"{name} {part:5.2f}" for name, part in zip(PARTS, parts, strict=True))
        print(f"{len(rows)} refits of {options.world}, seconds of the {unit}: {told}")


def _design(world: str, seed: int) -> Design:
    made = make(world, seed)
    spec = spec_of(made)
    return design_of(spec, build_panel(made.frame, spec))


def _refit(compiled: Compiled, design: Design) -> list[list[float]]:
    """Seconds of the clock and of the processor for each part of one fit."""
    marks = [(time.monotonic(), time.process_time())]

    def report(progress: Progress) -> None:
        first = progress.stage == "warmup" and len(marks) == 1
        if first or (progress.stage == "postprocessing" and len(marks) == 2):
            marks.append((time.monotonic(), time.process_time()))

    fit_compiled(compiled, design, SAMPLING, report)
    marks.append((time.monotonic(), time.process_time()))
    ends = list(pairwise(marks))
    return [[after[unit] - before[unit] for before, after in ends] for unit in range(2)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--refits", type=int, default=50)
    parser.add_argument("--world", default="national")
    return parser.parse_args()


if __name__ == "__main__":
    main()
