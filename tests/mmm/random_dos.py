"""Random interventions, and what they mean, written out by hand."""

from dataclasses import replace
from typing import Any

import numpy as np

from mmm.counterfactual.variables import MEDIATOR, model_variables
from mmm.data.timeline import Variables
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

type Dos = list[dict[str, Any]]
USUAL = {"spend": 20.0, "rival_spend": 15.0, "price": 10.0, "rival_price": 10.5}


def random_dos(model: FittedModel, rng: np.random.Generator) -> tuple[slice, Dos]:
    """Weeks (positions), and up to seven interventions in them, on different variables."""
    start, weeks = int(rng.integers(0, 12)), len(model.panel.weeks)
    window = slice(start, int(rng.integers(start + 3, weeks + 1)))
    known = model_variables(model)
    if model.structure.index is not None:
        known.pop("demand")
    names = rng.permutation(list(known))[: int(rng.integers(2, 8))]
    dos: Dos = []
    for name in names:
        usual = USUAL.get(known[str(name)].array, 1.0)
        action = str(rng.choice(["set", "scale", "add"]))
        value = float(rng.uniform(0.5, 1.5) * (1.0 if action == "scale" else usual))
        dos.append({"variable": str(name), action: value})
    return window, dos


def by_hand(model: FittedModel, window: slice, dos: Dos) -> Variables:
    """The observed world with each intervention applied, week by week and geo by geo."""
    world, known = model.design.observed, model_variables(model)
    arrays = {name: values.copy() for name, values in vars(world).items() if name != "weeks"}
    for do in dos:
        variable = known[do["variable"]]
        for t in range(*window.indices(len(world.weeks))):
            for g, share in enumerate(_share(model, do["variable"])):
                if variable.array == MEDIATOR:
                    _on_mediator(arrays, (t, g, variable.position), do)
                    continue
                at = (t, g) if variable.position is None else (t, g, variable.position)
                before = arrays[variable.array][at]
                moved = do.get("scale", 1.0) * before + do.get("add", 0.0) * share
                arrays[variable.array][at] = do["set"] * share if "set" in do else moved
    return replace(world, **arrays)


def _on_mediator(arrays: dict[str, Array], at: tuple[Any, ...], do: dict[str, Any]) -> None:
    """m is to be factor * m + shift, in its own unit."""
    if "set" in do:
        arrays["mediator_factor"][at], arrays["mediator_shift"][at] = 0.0, do["set"]
    arrays["mediator_factor"][at] *= do.get("scale", 1.0)
    arrays["mediator_shift"][at] += do.get("add", 0.0)


def _share(model: FittedModel, name: str) -> Array:
    """(geo,) of one number, what a geo gets of it: a national channel's spend is split as in the
    data, any other variable has the number in every geo."""
    national = [c.name for c in model.spec.channels if c.national]
    if name not in national:
        return np.ones(len(model.panel.geos))
    spend = model.panel.array("spend")[..., model.structure.channels.index(name)].sum(0)
    return np.asarray(spend / spend.sum())
