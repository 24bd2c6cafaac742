"""How long does a fit wait for its first draw, and a reader for the first look?

    python -m benchmarks.first_draw
    PYTHONPATH=../before python benchmarks/first_draw.py    # the same of another checkout

A service of its own, whose caches are empty. It is idle until its fit process has prepared what it
can (``IDLE`` seconds); then fits of structures that it has never seen follow one another. Printed
are seconds by the clock since each was submitted: until the first look can be read, until sampling
begins, and until the model. Run it on a quiet machine.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.client import Client
from app.demo.service import own_service
from mmm.simulate.worlds import World, make_world

IDLE = 30.0
PAUSE = 0.05
SAMPLING = {"draws": 500, "tune": 500, "chains": 4, "seed": 1}
CASES: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("national", 1, {}),
    ("national again", 1, {}),
    ("national, AR(1)", 1, {"noise": {"kind": "ar1"}}),
    ("panel of 12", 12, {}),
    ("panel of 12, AR(1)", 12, {"noise": {"kind": "ar1"}}),
)
"""Name, number of geos, changes of the world's own specification."""


def main() -> None:
    with tempfile.TemporaryDirectory() as caches, own_service(Path(caches)) as url:
        time.sleep(IDLE)
        with Client(url) as client:
            for name, geos, changes in CASES:
                found = dict(waited(client, make_world(seed=10, geos=geos), changes))
                print(f"{name:20s}" + "  ".join(f"{k} {v:6.1f}" for k, v in found.items()))


def waited(client: Client, world: World, changes: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """What was waited for, and the seconds since the fit was submitted."""
    dataset = client.create_dataset(world.frame.to_csv(index=False).encode(), name="world")
    started = time.monotonic()
    fit = client.fit({"dataset_id": dataset.id}, {**world.spec, **changes}, SAMPLING)
    seen: set[str] = set()
    while "model" not in seen:
        time.sleep(PAUSE)
        now = client.operation(fit.id)
        if now.status not in ("queued", "running", "succeeded"):
            raise RuntimeError(f"{now.status}: {now.error}")
        happened = {
            "first look": now.first_look is not None,
            "draws": now.stage in ("warmup", "sampling", "postprocessing", "storing"),
            "model": now.status == "succeeded",
        }
        for name in [name for name, true in happened.items() if true and name not in seen]:
            seen.add(name)
            yield name, time.monotonic() - started


if __name__ == "__main__":
    main()
