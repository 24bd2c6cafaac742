"""One compilation for many panels of one structure: the same machine code on other numbers.

No number of the data is a constant of a model's graph; each is a ``pm.Data`` node. Another panel
needs its own graph, which is cheap, but no new code if that graph is the same computation on other
numbers. This is verified, not assumed: densities and derived quantities of both graphs are
compared node by node, and every dimension of a sampled quantity must have the same length.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import nutpie
import pymc as pm
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import equal_computations

from mmm.data.design import Design
from mmm.errors import DataError, Issue
from mmm.inference import code_store
from mmm.model.build import build_collapsed, build_model, collapsible
from mmm.ops.graph_key import model_key
from mmm.spec.model import ModelSpec
from mmm.types import Array, Tensor


@dataclass(frozen=True)
class LoadedCode:
    """Code with the numbers of one panel, and the labels of that panel's dimensions."""

    code: Any
    labels: Mapping[str, list[Any]]


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
        return LoadedCode(
            code=own_copy.with_data(**{name: values[name] for name in used}),
            labels=numbers.labels,
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
        nodes = _data(self.model)
        for name, value in values.items():
            nodes[name].set_value(value)
        return np.asarray(self.code.initial_point_func(seed))


def compile_model(design: Design, *, collapse: bool = True) -> Compiled:
    """Compile the code for designs that differ from ``design`` in their numbers only.

    ``collapse`` integrates the linear coefficients out where the specification allows it.
    """
    collapsed = collapse and collapsible(design)
    model = graph_of(design, collapsed)
    return Compiled(collapsed, model, _load_or_compile(model), GraphData.of(model, design))


def _load_or_compile(model: pm.Model) -> Any:
    """The code of ``model``, from disk where this machine has compiled it before."""
    key, data = model_key(model, _sampled_lengths(model)), _data(model)
    code = code_store.load(key, model, data) if key else None
    if code is None:
        code = nutpie.compile_pymc_model(model)
        if key and code_store.save(key, code, data):
            code = code_store.load(key, model, data) or code
    return code


def graph_of(design: Design, collapsed: bool) -> pm.Model:
    """The PyMC model, without its linear coefficients where ``collapsed``."""
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
