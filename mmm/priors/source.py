"""``Source``: the interface that draws parameters, as nodes of a PyMC graph or as arrays."""

from collections.abc import Callable
from typing import Any, Protocol

from mmm.priors.table import Prior
from mmm.types import Namespace, Tensor


class Source(Protocol):
    """Draws parameters by name; ``dims`` are names of ``coords``."""

    @property
    def xp(self) -> Namespace:
        """The namespace of its arrays."""

    def draw(self, name: str, prior: Prior, *dims: str) -> Tensor:
        """A free parameter."""

    def rescaled(self, name: str, prior: Prior, factor: Callable[[], Tensor], *dims: str) -> Tensor:
        """A free log-normal or normal parameter, which a sampler draws as its product with
        ``factor()``.

        The factor is a function of parameters drawn before; the data inform the product best.
        """

    def standard_normal(self, name: str, *dims: str) -> Tensor:
        """Standard normal innovations."""

    def keep(self, name: str, value: Tensor, *dims: str) -> Tensor:
        """``value``, recorded under ``name``."""

    def data(self, name: str, value: Any, *dims: str) -> Tensor:
        """A number or array that comes from the data."""
