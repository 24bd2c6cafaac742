"""nutpie's record of a compiled model, from our own machine functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pymc as pm
from nutpie import compile_pymc

from mmm.inference import code_store
from mmm.inference.code_store import Entry
from mmm.inference.compile_clock import timed
from mmm.inference.log_density import Density
from mmm.inference.native.density import (
    COPY,
    DENSITY,
    OTHER_DIMENSION,
    OTHER_LENGTHS,
    write_density,
)
from mmm.inference.native.graph import Block, density_graph
from mmm.inference.native.object_code import Loaded, ObjectCode, compiled
from mmm.inference.native.source import SOURCE
from mmm.inference.native.start import start_function
from mmm.ops.graph_key import model_key
from mmm.types import Array


def sampler_code(
    model: pm.Model,
    blocks: tuple[Block, ...],
    lengths: Mapping[str, int],
    data: Mapping[str, Any],
) -> Any:
    """The code of ``model`` on the numbers of its ``data`` nodes (name -> node), from disk where
    this machine has compiled its computation before.

    ``blocks``: those of ``blocks_of``. ``lengths``: name -> length of each dimension of the sampled
    and derived variables.
    """
    computation = model_key(model, lengths)
    key = computation and f"{computation}-{SOURCE}"
    stored = code_store.load(key) if key else None
    if stored is not None:
        record = DataRecord.of([data[name] for name in stored.data])
        code = _code(model, blocks, stored.loaded, record)
        if status_of(code) != OTHER_LENGTHS:
            return code
    with timed():
        object_code, nodes = _compiled(model, blocks)
    names = tuple(str(node.name) for node in nodes)
    named = all(data.get(name) is node for name, node in zip(names, nodes, strict=True))
    if key and named:
        code_store.save(key, Entry(names, object_code))
    code = _code(model, blocks, Loaded(object_code), DataRecord.of(nodes))
    status = status_of(code)
    if status in (OTHER_DIMENSION, OTHER_LENGTHS):
        raise ValueError(f"the density ended with status {status}")
    return code


def status_of(code: Any) -> int:
    """What the density of ``code`` says at a starting point."""
    density = Density(code)
    status, _, _ = density.evaluate(density.start(0))
    return status


def _compiled(model: pm.Model, blocks: tuple[Block, ...]) -> tuple[ObjectCode, tuple[Any, ...]]:
    """Machine code of the density of ``model``, and the data nodes that it reads."""
    graph = density_graph(model, blocks)
    record = DataRecord.of(graph.data)
    dims = model.named_vars_to_dims
    return compiled(write_density(graph, record.pointers.dtype, record.keys, dims)), graph.data


@dataclass(frozen=True)
class DataRecord:
    """The data that a density reads: ``keys`` of the nodes, their ``values`` by key, and the
    sampler's record of ``pointers`` to them."""

    keys: dict[Any, str]
    values: dict[str, Array]
    pointers: Array

    @classmethod
    def of(cls, nodes: Sequence[Any]) -> Self:
        """The record of data nodes with the numbers that they hold now."""
        keys = {node: str(position) for position, node in enumerate(nodes)}
        values = {key: _frozen(node.get_value()) for node, key in keys.items()}
        return cls(keys, values, compile_pymc.make_user_data(keys, values))


def _code(model: pm.Model, blocks: tuple[Block, ...], loaded: Loaded, record: DataRecord) -> Any:
    names = [block.name for block in blocks]
    slices = [slice(block.start, block.stop) for block in blocks]
    shapes = [block.shape for block in blocks]
    about = (names, slices, shapes)
    _, coords = compile_pymc._prepare_dims_and_coords(model, about, [])
    start = compile_pymc._rv_dict_to_flat_array_wrapper(
        start_function(model, jitter=True),
        names=names,
        shapes=shapes,
    )
    return compile_pymc.CompiledPyMCModel(
        _n_dim=blocks[-1].stop,
        dims={},
        _coords=coords,
        _shapes=dict(zip(names, shapes, strict=True)),
        compiled_logp_func=loaded.function(DENSITY),
        compiled_expand_func=loaded.function(COPY),
        initial_point_func=compile_pymc._wrap_with_lock(start),
        shared_data=record.values,
        shared_var_keys=record.keys,
        user_data=record.pointers,
        n_expanded=blocks[-1].stop,
        shape_info=about,
        logp_func=None,
        expand_func=None,
        reparameterized_names=[],
    )


def _frozen(value: Array) -> Array:
    copy = np.array(value, order="C", copy=True)
    copy.flags.writeable = False
    return copy
