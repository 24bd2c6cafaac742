"""The log density of a model and its gradient as a graph of PyTensor, simplified for code."""

from dataclasses import dataclass
from math import prod

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.compile.mode import optdb
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph import FunctionGraph, clone_replace, rewrite_graph
from pytensor.graph.basic import Variable
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.graph.traversal import graph_inputs

from mmm.inference.native.start import start_function

REWRITES = RewriteDatabaseQuery(
    include=["fast_run", "local_check_parameter_to_ninf_switch"],
    exclude=["inplace", "cxx_only", "BlasOpt", "composite_elemwise_fusion"],
)


@dataclass(frozen=True)
class Block:
    """Where the value of a sampled variable lies in a point of the unconstrained space."""

    name: str
    start: int
    shape: tuple[int, ...]

    @property
    def stop(self) -> int:
        """The position after its last number."""
        return self.start + prod(self.shape)


@dataclass(frozen=True)
class DensityGraph:
    """Density and gradient of a model: the ``blocks`` of a point, the rewritten ``graph`` from them
    to the density and one gradient for each, and the ``data`` nodes that it reads, in order."""

    blocks: tuple[Block, ...]
    graph: FunctionGraph
    data: tuple[SharedVariable, ...]

    @property
    def dimension(self) -> int:
        """Length of a point."""
        return self.blocks[-1].stop


def blocks_of(model: pm.Model) -> tuple[Block, ...]:
    """The values of the sampled variables of ``model``, side by side."""
    start, blocks, point = 0, [], start_function(model, jitter=False)(0)
    for variable in model.free_RVs:
        name = model.rvs_to_values[variable].name
        block = Block(name, start, tuple(int(length) for length in np.shape(point[name])))
        blocks.append(block)
        start = block.stop
    return tuple(blocks)


def density_graph(model: pm.Model, blocks: tuple[Block, ...]) -> DensityGraph:
    """Density and gradient of ``model`` in the unconstrained space, simplified.

    ``blocks``: those of ``blocks_of``.
    """
    values = [model.rvs_to_values[variable] for variable in model.free_RVs]
    density = rewrite_graph(model.logp(), include=["canonicalize", "stabilize"])
    gradients = [gradient.ravel() for gradient in pt.grad(density, values)]
    inputs = [pt.TensorType("float64", shape=block.shape)() for block in blocks]
    results = clone_replace([density, *gradients], dict(zip(values, inputs, strict=True)))
    return simplified(blocks, inputs, results)


def simplified(
    blocks: tuple[Block, ...], inputs: list[Variable], results: list[Variable]
) -> DensityGraph:
    """``results``, a scalar and a vector for each of ``inputs``, in the form that code is written
    from; ``blocks`` has the place of each input in a point."""
    data = [leaf for leaf in graph_inputs(results) if isinstance(leaf, SharedVariable)]
    graph = FunctionGraph([*inputs, *data], results, clone=False)
    optdb.query(REWRITES).rewrite(graph)
    used = tuple(leaf for leaf in data if graph.clients.get(leaf))
    return DensityGraph(blocks, graph, used)
