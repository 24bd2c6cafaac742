"""Starting points of a model: its prior's support points, moved at random where asked."""

from collections.abc import Callable, Mapping
from typing import Any

import pymc as pm
from pymc.initial_point import make_initial_point_fn

from mmm.types import Array


def start_function(model: pm.Model, *, jitter: bool) -> Callable[[Any], Mapping[str, Array]]:
    """What gives, by a seed, a value of every sampled variable of ``model`` in the unconstrained
    space, by its name there; ``jitter``: each moved by up to one either way."""
    moved = set(model.free_RVs) if jitter else None
    found: Callable[[Any], Mapping[str, Array]] = make_initial_point_fn(
        model=model, jitter_rvs=moved, return_transformed=True
    )
    return found
