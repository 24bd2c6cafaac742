"""What a density computes from data alone: computed once a panel, not once a gradient.

The largest parts of its graph that no random variable reaches (lags side by side, masks, scaled
rows) become data nodes of the model themselves; what is computed in two places is one node. Names
follow from the order of the graphs, so that models of one structure share their compiled code.
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
"""Run once: neither compiled nor rewritten."""


def hoisted(result: Tensor) -> Tensor:
    """``result`` in the model in context, with data nodes for what it computes from data alone.

    The nodes hold the numbers of now: only for a model whose data nobody sets anew.
    """
    random = pm.modelcontext(None).basic_RVs
    parts = list(_largest(result, random))
    if not parts:
        return result
    values = pytensor.function([], parts, mode=AS_WRITTEN)()
    nodes = {part: _node(part, value) for part, value in zip(parts, values, strict=True)}
    itself = {variable: variable for variable in random}  # else a copy may take its place
    return graph_replace([result], itself | nodes, strict=False)[0]


def _largest(result: Tensor, random: Sequence[Tensor]) -> Iterator[Tensor]:
    """Results of data alone that a node mixed with random variables takes; those that a random
    variable itself depends on stay, since its own node must."""
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
    """Whether it is an array of numbers; lengths and masks cost nothing."""
    return getattr(part.type, "dtype", "") == "float64" and part.type.ndim > 0


def _node(part: Tensor, value: Array) -> Tensor:
    """The data node for ``part``; what is known of its lengths stays known."""
    key, data = computation_key(part), pm.modelcontext(None).data_vars
    known = [node for node in data if hasattr(node.tag, "computation")]
    same = [node for node in known if key and node.tag.computation == key]
    if not same:
        value = np.asarray(value)
        one = [1 if length == 1 else None for length in value.shape]
        shape = [told or length for told, length in zip(part.type.shape, one, strict=True)]
        same = [pm.Data(f"hoisted_{len(known)}", value, shape=tuple(shape))]
        same[0].tag.computation = key
    return part.type.filter_variable(same[0])
