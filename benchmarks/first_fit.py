"""How long does a model take whose structure this machine has never compiled?

    python -m benchmarks.first_fit
    python -m benchmarks.first_fit --tree ../before     # the same questions of another checkout

Each measurement is a process of its own, with caches of its own, in this order:

- ``nothing known``: a machine that has compiled nothing (structure ``small``);
- ``new structure``: caches as the first left them; then ``national``, a panel and an autoregressive
  one with a mediator, each after those before it;
- ``stored``: the same once more, from the code on disk.

Printed are seconds of the processor, which other work on a machine changes less than the time of
the clock, for imports, for the code (graph, rewriting, compiling), and for a gradient in
microseconds; and the clock's time to the code.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
MEDIATED = {
    "noise": {"kind": "ar1"},
    "seasonality": {"yearly": 3},
    "mediators": [{"name": "queries", "column": "ch7", "parents": ["ch0"]}],
}
CASES: tuple[tuple[str, str, dict[str, Any], int], ...] = (
    ("small", "small", {}, 4),
    ("national", "national", {}, 8),
    ("panel", "regional", {}, 6),
    ("mediated", "national", MEDIATED, 6),
)
"""Name, world, changes of its specification, number of channels."""
GRADIENTS = 2000


def main() -> None:
    options = _options()
    if options.case is not None:
        print(json.dumps(measure(*CASES[options.case][1:])))
        return
    with tempfile.TemporaryDirectory() as caches:
        for state, case, found in run(options.tree.resolve(), Path(caches)):
            print(f"{case:10s} {state:15s} " + "  ".join(f"{k} {v:7.2f}" for k, v in found.items()))


def run(tree: Path, caches: Path) -> Iterator[tuple[str, str, dict[str, float]]]:
    """State, case and measurement, one after the other."""
    for number, (name, *_) in enumerate(CASES):
        yield (
            "nothing known" if number == 0 else "new structure",
            name,
            _child(number, tree, caches),
        )
    for number, (name, *_) in enumerate(CASES):
        yield "stored", name, _child(number, tree, caches)


def measure(size: str, changes: dict[str, Any], channels: int) -> dict[str, float]:
    """One measurement, in a process that has imported nothing of the model yet."""
    started = time.process_time()
    from benchmarks.ours import spec_of
    from benchmarks.worlds import make
    from mmm.data.design import design_of
    from mmm.data.panel import build_panel
    from mmm.inference.compiled import compile_model
    from mmm.inference.log_density import Density
    from mmm.spec.model import parse_spec

    imported = time.process_time()
    world = make(size)
    document = spec_of(world).model_dump(mode="json", exclude_unset=True) | changes
    spec = parse_spec(document | {"channels": document["channels"][:channels]})
    design = design_of(spec, build_panel(world.frame, spec))
    before, clock = time.process_time(), time.monotonic()
    density = Density(compile_model(design).load(design).code)
    compiled, seconds = time.process_time(), time.monotonic() - clock
    point = density.start(0)
    density(point)
    begun = time.process_time()
    for _ in range(GRADIENTS):
        density(point)
    return {
        "imports": imported - started,
        "code": compiled - before,
        "code by the clock": seconds,
        "us per gradient": (time.process_time() - begun) / GRADIENTS * 1e6,
    }


def _child(number: int, tree: Path, caches: Path) -> dict[str, float]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(tree), str(ROOT))),
        "PYTENSOR_FLAGS": f"base_compiledir={caches / 'pytensor'}",
        "NUMBA_CACHE_DIR": str(caches / "numba"),
        "PRUDENT_CODE_DIR": str(caches / "code"),
    }
    command = [sys.executable, str(Path(__file__)), "--case", str(number)]
    done = subprocess.run(
        command, env=environment, cwd=tree, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, default=ROOT, help="checkout whose code is measured")
    parser.add_argument("--case", type=int, default=None, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
