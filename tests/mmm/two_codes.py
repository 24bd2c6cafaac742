"""One model twice, at the same parameters: its PyMC graph, and the array code on NumPy.

The array code runs on the free variables that the graph drew, through the same ``parameters`` and
``equations``; what it finds makes a fitted model, whose evaluator answers questions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import xarray as xr
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors

from mmm.data.design import Design
from mmm.data.timeline import VARIABLE_NAMES, Variables
from mmm.equations import mean as equations
from mmm.equations.mean import Terms
from mmm.model.build import PREDICTOR, build_model
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel
from mmm.priors import parameters
from mmm.priors.coords import coords
from mmm.priors.sample import ArraySource
from mmm.priors.table import Prior
from mmm.types import Array
from tests.mmm.fakes import fake_model

QUICK = Mode(linker="py", optimizer=None)
DRAWS = 2
type Values = dict[str, Array]


@dataclass
class Replay(ArraySource):
    """The draws ``given``, in place of new ones."""

    given: Mapping[str, Array] = field(default_factory=dict)

    def draw(self, name: str, prior: Prior, *dims: str) -> Array:  # noqa: ARG002
        return self.keep(name, self.given[name], *dims)

    def rescaled(self, name: str, prior: Prior, factor: Callable[[], Array], *dims: str) -> Array:
        moved = self.given[f"{name}_informed_z"]
        moved = moved if prior.family == "normal" else np.exp(moved)
        return self.keep(name, moved / factor(), *dims)

    def standard_normal(self, name: str, *dims: str) -> Array:
        return self.keep(name, self.given[name], *dims)


class TwoCodes:
    """The graph of a case, ``DRAWS`` draws of its prior, and the array code at these draws."""

    def __init__(self, case: Design, seed: int) -> None:
        self.case, self.seed, self.s = case, seed, case.structure
        self.model = build_model(case)
        self.free = [rv.name for rv in self.model.free_RVs]
        self.drawn = self._drawn()

    def _drawn(self) -> Values:
        model = self.model
        nodes = [*model.free_RVs, *model.deterministics, *model.observed_RVs, predictor_of(model)]
        values = pm.draw(nodes, draws=DRAWS, random_seed=self.seed, mode=QUICK)
        return {node.name: np.asarray(v) for node, v in zip(nodes, values, strict=True)}

    def arrays(self, mediators: Array) -> tuple[Replay, Terms]:
        """Everything that follows from the free variables, where ``mediators (draw, week, geo,
        mediator)`` are seen, in their own units; NaN where unseen."""
        case, d, scales = self.case, self.case.inputs, self.case.scales
        labels = coords(case)
        sizes = {name: len(values) for name, values in labels.items()}
        source = Replay(np.random.default_rng(0), DRAWS, sizes, {}, given=self.drawn)
        p = parameters.nonlinear(case, d, source)
        p |= parameters.pooled_scales(case, source)
        p |= parameters.noise_parameters(case.spec, case.panel, source)
        p |= parameters.mediator_parameters(self.s, source)
        p |= parameters.budget_parameters(self.s, source)
        p |= parameters.linear(case, p, source)
        known = ((mediators - scales.mediator_mean) / scales.mediator_sd).transpose(0, 3, 1, 2)

        def mediator_value(mediator: int, mean: Array) -> Array:
            state, name = known[:, mediator].copy(), self.s.mediators[mediator]
            unseen = np.isnan(state[0])
            if unseen.any():
                own = p["mediator_sd"][:, mediator, None] * self.drawn[f"unseen_{name}_z"]
                state[:, unseen] = mean[:, unseen] + own
                source.keep(f"unseen_{name}", state[:, unseen], f"unseen_{name}_cell")
            return np.asarray(state)

        return source, equations.terms(p, d, self.s, np, mediator_value)

    @cached_property
    def fitted(self) -> FittedModel:
        """The draws as a posterior, given the mediators of the data."""
        values = self.case.panel.array("mediators")
        source, _ = self.arrays(np.broadcast_to(values, (DRAWS, *values.shape)))
        data = {n: (("chain", "draw", *dims), v[None]) for n, (dims, v) in source.drawn.items()}
        kept = {name: values for name, values in data.items() if not name.endswith("_z")}
        return replace(
            fake_model(draws=DRAWS),
            design=self.case,
            posterior=Posterior(xr.Dataset(kept)),
        )

    def drawn_mediators(self) -> Array:
        """(draw, week, geo, mediator) what the graph drew in the weeks that the data have seen."""
        values = self.case.panel.array("mediators")
        found = np.full((DRAWS, *values.shape), np.nan)
        for i, name in enumerate(self.s.mediators):
            seen = np.isfinite(values[..., i])
            found[:, seen, i] = self.drawn[f"mediator_{name}"].reshape(DRAWS, -1)
        return found

    def density(self, draw: int) -> Values:
        """Log density of every observed cell, after ``pm.observe`` of all free variables."""
        fixed = pm.observe(self.model, {name: self.drawn[name][draw] for name in self.free})
        names = [rv.name for rv in self.model.observed_RVs]
        values = fixed.rvs_to_values
        cells = [pm.logp(fixed[name], values[fixed[name]]) for name in names]
        logs = graph_replace(cells, values, strict=False)
        found = pytensor.function([], logs, mode=QUICK)()
        return dict(zip(names, found, strict=True))

    def as_observed(self) -> tuple[Array, list[Values]]:
        """(draw, week, geo) predictor given the mediators of the data; per draw, the innovation of
        each mediator where it was seen, in its own unit."""
        nodes = self._mediator_nodes(self.model)
        data = [self.model.rvs_to_values[node].eval() for node in nodes]
        outputs = [predictor_of(self.model), *(_mean(node) for node in nodes)]
        inputs = [*(self.model[name] for name in self.free), *nodes]
        run = pytensor.function(inputs, outputs, on_unused_input="ignore", mode=QUICK)
        means = [run(*(self.drawn[name][k] for name in self.free), *data) for k in range(DRAWS)]
        names = [str(node.name) for node in nodes]
        innovations = [
            {n: seen - mean for n, seen, mean in zip(names, data, found[1:], strict=True)}
            for found in means
        ]
        return np.stack([found[0] for found in means]), innovations

    def under_do(self, world: Variables, innovations: list[Values]) -> Array:
        """(draw, week, geo) predictor of the graph cut by ``pm.do`` so that the variables are those
        of ``world``. A mediator is its equation plus its innovation, and what is done to it is done
        to its node; to one seen seldom, by the data that its children multiply and shift it with.
        """
        changes: dict[str, Any] = {name: getattr(world, name).copy() for name in VARIABLE_NAMES}
        kept = {name: pytensor.shared(values) for name, values in innovations[0].items()}
        for node in self._mediator_nodes(self.model):
            at = self.s.mediators.index(str(node.name).removeprefix("mediator_"))
            changes[node.name] = _mean(node) + kept[node.name]
            if np.isfinite(self.case.panel.array("mediators")[..., at]).all():
                factor, shift = (changes[f"mediator_{n}"][..., at] for n in ("factor", "shift"))
                changes[node.name] = factor.copy() * changes[node.name] + shift.copy()
                factor[...], shift[...] = 1.0, 0.0
        cut = pm.do(self.model, changes)
        inputs = [cut[name] for name in self.free]
        run = pytensor.function(inputs, predictor_of(cut), on_unused_input="ignore", mode=QUICK)
        found = []
        for k, innovation in enumerate(innovations):
            for name, values in innovation.items():
                kept[name].set_value(values)
            found.append(run(*(self.drawn[name][k] for name in self.free)))
        return np.stack(found)

    def _mediator_nodes(self, model: pm.Model) -> list[Any]:
        return [model[f"mediator_{name}"] for name in self.s.mediators]


def predictor_of(model: pm.Model) -> Any:
    """The node of the kpi's structural mean, on the scale of the link."""
    kpi = next(rv for rv in model.observed_RVs if rv.name in ("kpi", "log_kpi"))
    return next(node for node in ancestors([kpi]) if node.name == PREDICTOR)


def _mean(node: Any) -> Any:
    """The mean of a normal node."""
    mean, _ = node.owner.op.dist_params(node.owner)
    return mean
