"""One compilation for many panels of one structure: the same machine code on other numbers.

No number of the data is a constant of a model's graph; each is a ``pm.Data`` node. Another panel
needs its own graph, which is cheap, but no new code if that graph is the same computation on other
numbers. This is verified, not assumed: densities and derived quantities of both graphs are
compared node by node, and every dimension of a sampled quantity must have the same length.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import equal_computations

from mmm.data.design import Design
from mmm.errors import DataError, Issue
from mmm.inference.expansion import Expansion
from mmm.inference.native.density import OTHER_LENGTHS
from mmm.inference.native.graph import blocks_of
from mmm.inference.sampler_code import sampler_code, status_of
from mmm.model.build import build_collapsed, build_model, collapsible
from mmm.ops.plain_graphs import plain_graphs
from mmm.spec.model import ModelSpec
from mmm.types import Array, Tensor


@dataclass(frozen=True)
class LoadedCode:
    """Code with the numbers of one panel, the labels of that panel's dimensions, and the map from
    points of the sampler's space (draw, dimension) to quantities (chain, draw, ...)."""

    code: Any
    labels: Mapping[str, list[Any]]
    expand: Callable[[Array, tuple[int, int]], xr.Dataset]


@dataclass(frozen=True)
class GraphData:
    """The values of a graph's data nodes for one design, with the labels of its dimensions."""

    design: Design
    values: Mapping[str, Array]
    labels: Mapping[str, list[Any]]

    @classmethod
    def of(cls, model: pm.Model, design: Design) -> "GraphData":
        values = {name: node.get_value() for name, node in _data(model).items()}
        labels = {dim: list(labels) for dim, labels in model.coords.items()}
        return cls(design, values, labels)


@dataclass(frozen=True)
class Compiled:
    """The sampler's code for one specification; ``model`` is the graph that it was compiled from,
    and ``data`` the numbers of that graph."""

    collapsed: bool
    model: pm.Model
    code: Any
    expansion: Expansion
    data: GraphData

    @property
    def spec(self) -> ModelSpec:
        """The specification that the code is for."""
        return self.data.design.spec

    def load(self, design: Design) -> LoadedCode:
        """The code on the numbers of ``design``; raises DataError where that needs its own code."""
        numbers = self._numbers(design)
        values = numbers.values
        used = {node.name for node in self.code.shared_var_keys}
        # with_data writes into the record of pointers of the code that it is called on
        own_copy = replace(
            self.code,
            user_data=self.code.user_data.copy(),
            initial_point_func=partial(self._start, values),
        )
        code = own_copy.with_data(**{name: values[name] for name in used})
        if numbers is not self.data and status_of(code) == OTHER_LENGTHS:
            detail = "the lengths of the data need code of their own: compile the model anew"
            raise DataError([Issue("/data", "other_size", detail)])
        return LoadedCode(
            code=code,
            labels=numbers.labels,
            expand=partial(self._expand, values),
        )

    def _numbers(self, design: Design) -> GraphData:
        if design is self.data.design:
            return self.data
        model = graph_of(design, self.collapsed)
        issues = list(graph_differences(self.model, model))
        if issues:
            raise DataError(issues)
        return GraphData.of(model, design)

    def _start(self, values: Mapping[str, Array], seed: Any) -> Array:
        """A starting point; medians of priors may depend on the data."""
        self._put(values)
        return np.asarray(self.code.initial_point_func(seed))

    def _expand(
        self, values: Mapping[str, Array], points: Array, shape: tuple[int, int]
    ) -> xr.Dataset:
        """Quantities (chain, draw, ...) at ``points``; ``shape``: chains, draws of each."""
        self._put(values)
        found, dims = self.expansion(points), self.expansion.dims()
        return xr.Dataset(
            {
                name: (("chain", "draw", *dims[name]), item.reshape(*shape, *item.shape[1:]))
                for name, item in found.items()
            },
            coords={"chain": np.arange(shape[0]), "draw": np.arange(shape[1])},
        )

    def _put(self, values: Mapping[str, Array]) -> None:
        nodes = _data(self.model)
        for name, value in values.items():
            nodes[name].set_value(value)


def compile_model(design: Design, *, collapse: bool = True) -> Compiled:
    """Compile the code for designs that differ from ``design`` in their numbers only.

    ``collapse`` integrates the linear coefficients out where the specification allows it.
    """
    collapsed = collapse and collapsible(design)
    model = graph_of(design, collapsed)
    with plain_graphs():
        blocks = blocks_of(model)  # evaluates a starting point, for which a graph is compiled
        code = sampler_code(model, blocks, _sampled_lengths(model), _data(model))
    expansion = Expansion(model, blocks)
    return Compiled(collapsed, model, code, expansion, GraphData.of(model, design))


def graph_of(design: Design, collapsed: bool) -> pm.Model:
    """The PyMC model, without its linear coefficients where ``collapsed``."""
    with plain_graphs():
        return (build_collapsed if collapsed else build_model)(design)


def _data(model: pm.Model) -> dict[str, SharedVariable]:
    """The data nodes of a model and the lengths of its dimensions, by name: code may read both."""
    named = {**model.dim_lengths, **model.named_vars}
    return {name: node for name, node in named.items() if isinstance(node, SharedVariable)}


def graph_differences(first: pm.Model, second: pm.Model) -> Iterator[Issue]:
    """The reasons why the code of ``first`` cannot serve ``second``: lengths, then the
    computation."""
    old, new = _sampled_lengths(first), _sampled_lengths(second)
    for dim in sorted(old.keys() & new.keys()):
        if old[dim] != new[dim]:
            detail = f"{new[dim]} {dim}s, compiled for {old[dim]}: compile the model anew"
            yield Issue("/data", "other_size", detail)
    if old.keys() != new.keys() or (old == new and not _same_computation(first, second)):
        detail = "the data give the model another structure: compile the model anew"
        yield Issue("/data", "other_structure", detail)


def _sampled_lengths(model: pm.Model) -> dict[str, int]:
    """Length of every dimension that a sampled or derived quantity has."""
    sampled = [*model.free_RVs, *model.deterministics]
    dims = {dim for node in sampled for dim in model.named_vars_to_dims.get(node.name, ())}
    return {dim: len(model.coords[dim]) for dim in dims}


def _same_computation(first: pm.Model, second: pm.Model) -> bool:
    """Whether both graphs compute the same from their data and free values, constants included."""
    here, there = _leaves(first), _leaves(second)
    return here.keys() == there.keys() and equal_computations(
        _results(first),
        _results(second),
        in_xs=list(here.values()),
        in_ys=[there[name] for name in here],
    )


def _leaves(model: pm.Model) -> dict[str, Tensor]:
    """Data nodes, free values and lengths of dimensions, by name."""
    lengths = {f"length of {dim}": node for dim, node in model.dim_lengths.items()}
    values = {f"value of {node.name}": node for node in model.value_vars}
    return {**_data(model), **values, **lengths}


def _results(model: pm.Model) -> list[Tensor]:
    derived = sorted(model.deterministics, key=lambda node: str(node.name))
    return [model.logp(), *model.replace_rvs_by_values(derived)]
