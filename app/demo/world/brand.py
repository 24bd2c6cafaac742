"""Which simulated world the demo brand is, and where its fitted models lie.

``python -m scripts.demo_brand`` fits them again.
"""

import hashlib
from functools import cache
from importlib.resources import files

from mmm.simulate.worlds import World, make_world

NAME = "demo brand"
SEED = 1
CURRENCY = "EUR"
MODEL, SECOND = "model.nc", "second.nc"


@cache
def brand() -> World:
    """The world: its table, the specification that fits it, and the truth behind it."""
    world = make_world(seed=SEED)
    return World(world.frame, {**world.spec, "currency": CURRENCY}, world.truth)


def packaged(name: str) -> bytes:
    """The content of a fitted model's file."""
    return files("app.demo.world").joinpath(name).read_bytes()


@cache
def artefact_key() -> str:
    """The key under which a store keeps the brand's model."""
    return hashlib.sha256(packaged(MODEL)).hexdigest()
