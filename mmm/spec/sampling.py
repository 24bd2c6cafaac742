"""SamplingSpec: how the posterior is sampled."""

from typing import Literal, Self

from pydantic import Field, model_validator

from mmm.errors import FieldsError, Issue
from mmm.spec.base import Frozen

MOST_DRAWS = 4000
"""Draws of each chain at which a fit ends that was not told how many to make."""

DEFAULT_DRAWS = 1000
"""Draws of each chain of a draft, or on an accelerator, that was not told how many to make."""


class SamplingSpec(Frozen):
    """How to sample: method, backend, draws and warm-up per chain, number of chains, seed."""

    method: Literal["nuts", "laplace", "pathfinder"] = Field(
        default="nuts",
        description="nuts is exact. laplace and pathfinder make a draft in seconds: draws times "
        "chains of an approximation, never trusted; tune and target_accept do not apply then.",
    )

    backend: Literal["numba", "jax"] = Field(
        default="numba",
        description="jax runs nuts on the accelerator that JAX finds; needs the extra 'gpu'.",
    )
    draws: int | None = Field(
        default=None,
        ge=50,
        le=20_000,
        description="Draws of each chain, exactly; null for as many as R-hat and effective sample "
        f"sizes need, at most {MOST_DRAWS:,}.",
    )
    tune: int = Field(default=1000, ge=50, le=20_000)
    chains: int = Field(default=4, ge=2, le=16, description="R-hat needs at least two.")
    seed: int = Field(default=0, ge=0, le=2**32 - 1)
    target_accept: float = Field(default=0.9, gt=0.5, lt=1.0)

    @model_validator(mode="after")
    def _jax_is_exact(self) -> Self:
        if self.backend == "jax" and self.draft:
            detail = f"'jax' samples by nuts only, not by {self.method!r}; leave one of them out"
            raise FieldsError([Issue("/backend", "needs_nuts", detail)])
        return self

    @property
    def adaptive(self) -> bool:
        """Whether the draws go on until they are enough."""
        return self.draws is None and not self.draft and self.backend == "numba"

    @property
    def most_draws(self) -> int:
        """Draws of each chain at most; where ``adaptive`` is False, exactly."""
        if self.draws is not None:
            return self.draws
        return MOST_DRAWS if self.adaptive else DEFAULT_DRAWS

    @property
    def draft(self) -> bool:
        """Whether the method approximates the posterior instead of sampling it exactly."""
        return self.method != "nuts"
