"""What a density computes from data alone: computed once a panel, not once a gradient.

The largest parts of its graph that no random variable reaches (lags side by side, masks, scaled
rows) become data nodes of the model themselves. Their names follow from the order of the graph, so
that models of one structure still share their compiled code.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pymc as pm
import pytensor
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors, toposort

from mmm.types import Array, Tensor

AS_WRITTEN = Mode(linker="py", optimizer=None)
"""Run once: neither compiled nor rewritten."""


def hoisted(density: Tensor) -> Tensor:
    """``density`` of the model in context, with data nodes for what it computes from data alone.

    The nodes hold the numbers of now: only for a model whose data nobody sets anew.
    """
    random = pm.modelcontext(None).basic_RVs
    parts = list(_largest(density, random))
    if not parts:
        return density
    values = pytensor.function([], parts, mode=AS_WRITTEN)()
    named = enumerate(zip(parts, values, strict=True))
    nodes = {part: _node(f"hoisted_{i}", part, value) for i, (part, value) in named}
    itself = {variable: variable for variable in random}  # else a copy may take its place
    return graph_replace([density], itself | nodes, strict=False)[0]


def _largest(density: Tensor, random: Sequence[Tensor]) -> Iterator[Tensor]:
    """Results of data alone that a node mixed with random variables takes; those that a random
    variable itself depends on stay, since its own node must."""
    order = list(toposort([density], blockers=random))
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


def _node(name: str, part: Tensor, value: Array) -> Tensor:
    """A data node for ``part``; what is known of its lengths stays known."""
    value = np.asarray(value)
    one = [1 if length == 1 else None for length in value.shape]
    shape = [known or length for known, length in zip(part.type.shape, one, strict=True)]
    return part.type.filter_variable(pm.Data(name, value, shape=tuple(shape)))
