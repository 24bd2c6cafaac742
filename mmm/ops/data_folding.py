"""Constant folding: what a density computes from data alone is computed once per panel, not once
per gradient.

The largest parts of its graph that depend on no random variable (lags side by side, masks, scaled
rows) become data nodes of the model; what is computed in two places becomes one node. The nodes are
named in the order of the graph, so that models of one structure share their compiled code.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pymc as pm
import pytensor
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors, toposort

from mmm.ops.graph_key import computation_key
from mmm.types import Array, Tensor

AS_WRITTEN = Mode(linker="py", optimizer=None)
"""A mode to run a graph once, neither compiled nor rewritten."""


def fold_data_constants(result: Tensor) -> Tensor:
    """Replace all that ``result`` computes from data alone by data nodes of the current PyMC model.

    The nodes hold today's numbers: use it only in a model whose data are never set anew.
    """
    random = pm.modelcontext(None).basic_RVs
    parts = list(_data_only_parts(result, random))
    if not parts:
        return result
    values = pytensor.function([], parts, mode=AS_WRITTEN)()
    nodes = {part: _data_node(part, value) for part, value in zip(parts, values, strict=True)}
    identity = {variable: variable for variable in random}  # else a copy may take its place
    return graph_replace([result], identity | nodes, strict=False)[0]


def _data_only_parts(result: Tensor, random: Sequence[Tensor]) -> Iterator[Tensor]:
    """Arrays computed from data alone that are inputs of nodes which depend on random variables.

    Arrays that a random variable itself depends on are left out: its own node must stay as it is.
    """
    order = list(toposort([result], blockers=random))
    mixed, kept = {*random}, {*ancestors(random)}
    seen = set()
    for node in order:
        if mixed.isdisjoint(node.inputs):
            continue
        mixed.update(node.outputs)
        for part in node.inputs:
            computed = part.owner is not None and part not in mixed and part not in kept
            if computed and part not in seen and _is_array(part):
                seen.add(part)
                yield part


def _is_array(part: Tensor) -> bool:
    """Whether ``part`` is an array of floats; lengths and masks cost nothing."""
    return getattr(part.type, "dtype", "") == "float64" and part.type.ndim > 0


def _data_node(part: Tensor, value: Array) -> Tensor:
    """The data node for ``part``; lengths that are known at compile time stay known."""
    key, data = computation_key(part), pm.modelcontext(None).data_vars
    folded = [node for node in data if hasattr(node.tag, "computation")]
    same = [node for node in folded if key and node.tag.computation == key]
    if not same:
        value = np.asarray(value)
        broadcast = [1 if length == 1 else None for length in value.shape]
        shape = [known or one for known, one in zip(part.type.shape, broadcast, strict=True)]
        same = [pm.Data(f"folded_{len(folded)}", value, shape=tuple(shape))]
        same[0].tag.computation = key
    return part.type.filter_variable(same[0])
