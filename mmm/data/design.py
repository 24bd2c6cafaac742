"""The design of a model: its specification on its data, and what follows from these alone.

Prior, fit and every question need the same four together: what the model is, its static structure,
the data, and the scales that its priors are stated in. The variables of the observed weeks and
their scaled inputs follow from the four and are computed once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from mmm.data.inputs import Inputs, scaled_inputs
from mmm.data.panel import Panel
from mmm.data.scales import Scales, scales_of
from mmm.data.timeline import Variables, date_basis, observed_variables
from mmm.spec.model import ModelSpec
from mmm.spec.structure import Structure, structure_of
from mmm.types import Array, Tensor


@dataclass(frozen=True)
class Design:
    """A specification with its ``structure``, on the data ``panel`` in units of ``scales``.

    The scales are those of the panel, or of the earlier fit that a refit continues.
    """

    spec: ModelSpec
    structure: Structure
    panel: Panel
    scales: Scales

    @cached_property
    def observed(self) -> Variables:
        """The variables of the observed weeks, in natural units."""
        return observed_variables(self.panel)

    @cached_property
    def basis(self) -> dict[str, Array]:
        """The basis functions of the observed weeks, as in ``timeline.date_basis``."""
        return date_basis(self.panel.weeks, self.scales, self.spec)

    @cached_property
    def inputs(self) -> Inputs:
        """The scaled inputs of the observed weeks, as NumPy arrays."""
        return scaled_inputs(vars(self.observed), self.basis, self.scales, self.structure, np)

    def inputs_on(self, variables: Variables, basis: Mapping[str, Tensor] | None = None) -> Inputs:
        """The scaled inputs of ``variables`` on any weeks, as NumPy arrays.

        ``basis``: of the same weeks, where it is known already.
        """
        if basis is None:
            basis = date_basis(variables.weeks, self.scales, self.spec, self.panel.weeks[-1])
        return scaled_inputs(vars(variables), basis, self.scales, self.structure, np)

    def on_panel(self, panel: Panel) -> Self:
        """The same specification and scales on other data."""
        return replace(self, panel=panel)


def design_of(spec: ModelSpec, panel: Panel, scales: Scales | None = None) -> Design:
    """The design of ``spec`` on ``panel``; ``scales`` are those of an earlier fit (default: the
    panel's own)."""
    return Design(spec, structure_of(spec), panel, scales or scales_of(panel, spec))
