"""What the parts of the trust record may be asked; the client knows these without the numerics."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mmm.spec.sampling import SamplingSpec

USUAL_ORIGINS = 12
MOST_ORIGINS = 60
MOST_RIVALS = 5
MOST_SIMULATIONS = 50


class Options(BaseModel):
    """Base of a part's options: every field has a default, unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class RefitOptions(Options):
    """``draws`` of each of two chains of a refit, after ``tune`` of warm-up."""

    draws: int = Field(default=300, ge=100, le=4000)
    tune: int = Field(default=400, ge=100, le=4000)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)

    @property
    def sampling(self) -> SamplingSpec:
        """How a refit is sampled."""
        return SamplingSpec(draws=self.draws, tune=self.tune, chains=2, seed=self.seed)


class BacktestOptions(Options):
    """Origins ``every`` so many weeks, the newest so that its longest window has passed, and the
    draws of each refit."""

    origins: int | None = Field(
        default=None,
        ge=1,
        le=MOST_ORIGINS,
        description=f"How many; null for {USUAL_ORIGINS}, or as many as the data have.",
    )
    every: int = Field(default=4, ge=1, le=26, description="Weeks from one origin to the next.")
    horizons: tuple[Annotated[int, Field(ge=1, le=26)], ...] = Field(
        default=(4, 8, 13), min_length=1, max_length=5, description="Lengths of windows, in weeks."
    )
    draws: int = Field(default=500, ge=50, le=4000, description="Of each chain of a refit.")
    tune: int = Field(default=500, ge=50, le=4000)
    chains: int = Field(default=2, ge=2, le=8)
    seed: int = Field(default=0, ge=0, le=2**31)

    @property
    def longest(self) -> int:
        """Weeks of the longest window."""
        return max(self.horizons)

    def sampling(self, origin: int) -> SamplingSpec:
        """How the refit at the ``origin``-th origin is sampled."""
        return SamplingSpec(
            draws=self.draws, tune=self.tune, chains=self.chains, seed=self.seed + origin
        )
