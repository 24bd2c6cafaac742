"""The same graph twice: by its own machine function, and operation by operation in NumPy."""

import ctypes
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pytensor
from pytensor.compile.builders import OpFromGraph
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.traversal import toposort
from pytensor.tensor.elemwise import Elemwise

from mmm.inference.native.density import DENSITY, write_density
from mmm.inference.native.graph import Block, DensityGraph, simplified
from mmm.inference.native.object_code import Function, Loaded, compiled
from mmm.inference.sampler_code import DataRecord

FOLD = {"Add": operator.add, "Mul": operator.mul}


def by_operations(
    results: Sequence[Any], inputs: Sequence[Any], values: Sequence[Any]
) -> list[Any]:
    """The values of ``results``, each operation carried out by its own ``perform``."""
    found = dict(zip(inputs, values, strict=True))

    def value(variable: Any) -> Any:
        if variable in found:
            return found[variable]
        if isinstance(variable, SharedVariable):
            return variable.get_value(borrow=True)
        return variable.data

    for node in toposort(results):
        if node.outputs[0] in found:
            continue
        given = [value(variable) for variable in node.inputs]
        if isinstance(node.op, OpFromGraph):
            inner = node.op.fgraph
            outputs = by_operations(inner.outputs, inner.inputs, given)
        elif isinstance(node.op, Elemwise) and len(given) > 20:  # perform takes 32 operands
            outputs = [reduce(FOLD[type(node.op.scalar_op).__name__], given)]
        else:
            cells: list[list[Any]] = [[None] for _ in node.outputs]
            node.op.perform(node, given, cells)
            outputs = [cell[0] for cell in cells]
        found.update(zip(node.outputs, outputs, strict=True))
    return [value(result) for result in results]


@dataclass(frozen=True)
class Native:
    """The machine function of a graph."""

    graph: DensityGraph
    function: Function

    def __call__(self, point: np.ndarray) -> tuple[int, float, np.ndarray]:
        """Status, value and gradient with the numbers that the data have now."""
        record = DataRecord.of(self.graph.data)
        value, gradient = np.zeros(()), np.zeros(self.graph.dimension)
        kind = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_uint64, *[ctypes.c_void_p] * 4)
        arrays = (np.ascontiguousarray(point), gradient, value, record.pointers)
        status = kind(self.function.address)(len(point), *(array.ctypes.data for array in arrays))
        return status, float(value), gradient


def native(graph: DensityGraph, dims: dict[str, tuple[str, ...]] | None = None) -> Native:
    """Compile a graph."""
    record = DataRecord.of(graph.data)
    module = write_density(graph, record.pointers.dtype, record.keys, dims or {})
    return Native(graph, Loaded(compiled(module)).function(DENSITY))


def of_total(inputs: list[Any], total: Any) -> tuple[DensityGraph, list[Any]]:
    """The graph of a scalar and its gradients, simplified, and these results as they were."""
    blocks, start = [], 0
    for position, variable in enumerate(inputs):
        block = Block(str(position), start, tuple(variable.type.shape))
        blocks.append(block)
        start = block.stop
    gradients = pytensor.grad(total, inputs, disconnected_inputs="ignore")
    results = [total, *(gradient.ravel() for gradient in gradients)]
    return simplified(tuple(blocks), [*inputs], [*results]), results


def parts(graph: DensityGraph, point: np.ndarray) -> list[np.ndarray]:
    """The values of the blocks of ``point``."""
    return [point[block.start : block.stop].reshape(block.shape) for block in graph.blocks]
