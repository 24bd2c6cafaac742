"""What a backtest is asked, and the origins that it takes."""

from typing import Annotated

from pydantic import Field

from mmm.data.panel_checks import MIN_WEEKS, parameter_count
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.spec.sampling import SamplingSpec
from mmm.trust.backtest.joint_score import require_scored
from mmm.trust.backtest.naive import NEEDED
from mmm.trust.part import Cost, Options

USUAL_ORIGINS = 12
MOST_ORIGINS = 60


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


def origins_of(model: FittedModel, options: BacktestOptions) -> tuple[int, ...]:
    """How many weeks are known at each origin, oldest first.

    Raises QueryError where the data are too short for the origins asked for, or for any.
    """
    weeks = len(model.panel.weeks)
    needed = max(NEEDED, MIN_WEEKS, parameter_count(model.spec))
    newest = weeks - options.longest
    possible = max(0, (newest - needed) // options.every + 1)
    asked = options.origins
    if possible == 0 or (asked is not None and asked > possible):
        detail = (
            f"the data have {weeks} weeks; an origin needs {needed} weeks before it and "
            f"{options.longest} after it, so they have {possible} origins {options.every} weeks "
            f"apart"
        )
        detail += f", not {asked}" if asked is not None else ": wait for more weeks"
        where = "" if asked is None else "/origins"
        raise QueryError([Issue(where, "too_few_weeks", detail)])
    count = min(possible, asked or USUAL_ORIGINS)
    return tuple(newest - options.every * back for back in range(count - 1, -1, -1))


def cost_of(model: FittedModel, options: BacktestOptions) -> Cost:
    """One fit for each origin and one compilation; raises QueryError."""
    require_scored(model)
    return Cost(fits=len(origins_of(model, options)), compilations=1)
