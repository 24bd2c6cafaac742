"""How near is a first look to the fit that replaces it, and how long does each take?

    python -m benchmarks.first_look
    python -m benchmarks.first_look --cases regional:1,national:201

For each world: k of the look's importance weights; seconds of the look and of the fit, both after
compiling, and what each was expected to take. Over the channels: the share of the fit's draws of
the return that the look's 90 % interval holds (0.9 where both agree), in the mean and at least; the
largest distance of the two medians in standard deviations of the fit's draws (both logarithms); the
narrowest and the widest interval of the look relative to the fit's.
"""

import argparse
import json
import time

import numpy as np

from benchmarks.ours import spec_of
from benchmarks.worlds import make
from mmm.attribution.returns import channel_contributions
from mmm.data.design import Design, design_of
from mmm.data.panel import build_panel
from mmm.inference.compiled import Compiled, compile_model
from mmm.inference.first_look import (
    gradients_of_a_fit,
    gradients_of_a_look,
    laplace_draft,
    seconds_of_a_gradient,
)
from mmm.inference.fit import fit_compiled
from mmm.inference.log_density import Density
from mmm.spec.sampling import SamplingSpec
from mmm.types import Array

CASES = (
    "small:101,national:201,national:202,regional:1,regional:2,small:102,national:203,regional:3"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default=CASES, help="world:seed, with commas between")
    for case in parser.parse_args().cases.split(","):
        size, seed = case.split(":")
        world = make(size, int(seed))
        spec = spec_of(world)
        design = design_of(spec, build_panel(world.frame, spec))
        row = {"world": case} | measured(compile_model(design), design)
        print(json.dumps(row), flush=True)


def measured(compiled: Compiled, design: Design) -> dict[str, float]:
    """One row: see above."""
    density = Density(compiled.load(design).code)
    gradient = seconds_of_a_gradient(density)
    laplace_draft(compiled, design, 0)  # compiles what both need to compute quantities from points
    started = time.monotonic()
    look = laplace_draft(compiled, design, 0)
    looked = time.monotonic()
    model = fit_compiled(compiled, design, SamplingSpec())
    fitted = time.monotonic()
    found = {
        "dimension": density.dimension,
        "pareto_k": look.diagnostics["pareto_k"],
        "look s": looked - started,
        "expected look s": gradient * gradients_of_a_look(density.dimension),
        "fit s": fitted - looked,
        "expected fit s": gradient * gradients_of_a_fit(SamplingSpec()),
        **compared(channel_contributions(look), channel_contributions(model)),
    }
    return {name: round(float(value), 2) for name, value in found.items()}


def compared(look: Array, fit: Array) -> dict[str, float]:
    """How far draws (draw, channel) of the look are from those of the fit."""
    low, high = np.quantile(look, (0.05, 0.95), axis=0)
    below, above = np.quantile(fit, (0.05, 0.95), axis=0)
    held = ((fit >= low) & (fit <= high)).mean(0)
    apart = np.log(np.median(look, axis=0)) - np.log(np.median(fit, axis=0))
    width = (high - low) / (above - below)
    return {
        "held": held.mean(),
        "held least": held.min(),
        "apart": np.abs(apart / np.log(fit).std(0)).max(),
        "narrowest": width.min(),
        "widest": width.max(),
    }


if __name__ == "__main__":
    main()
