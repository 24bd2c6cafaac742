"""What a comparison of rival models has found."""

from typing import Any

from pydantic import Field

from mmm.interval import Answer
from mmm.posterior.trust.backtest import HorizonScores


class Difference(Answer):
    """Log score of ``best`` less that of ``other``, mean over windows; ``se`` allows for overlap.

    ``limit``: standard errors that it has to exceed to be told apart; null where windows are too
    few for any.
    """

    best: str
    other: str
    mean: float
    se: float | None
    limit: float | None
    told_apart: bool


class Weight(Answer):
    """A model's weight: ``weight`` is that for plans, ``stacking`` the optimum without a prior.

    ``log_score``: mean over windows.
    """

    name: str
    weight: float
    stacking: float | None
    log_score: float | None


class Comparison(Answer):
    """Rivals by the joint log score of the same windows, fitted on the past alone.

    ``judged``: whether the windows are enough; ``alike``: models that cannot be told from the best.
    """

    windows: int
    window_weeks: int | None
    effective: float
    judged: bool
    best: str | None
    told_apart: bool
    alike: tuple[str, ...]
    differences: tuple[Difference, ...]
    weights: tuple[Weight, ...]
    sentence: str


class Contradiction(Answer):
    """An independence that the model's graph implies, and that its data contradict."""

    first: str
    second: str
    given: tuple[str, ...]
    p_adjusted: float
    remedy: str


class ComparedModel(Answer):
    """One of the models: how it differs from the first, and how it fared alone.

    ``differs``: the edit, or the fields of the specification that differ. ``implied``: how many
    independencies its graph implies that were tested; ``verdict``: of its fit.
    """

    name: str
    differs: str
    because: str = ""
    spec: dict[str, Any]
    verdict: str
    implied: int
    contradicted: tuple[Contradiction, ...]
    horizons: tuple[HorizonScores, ...]


class ConfusionRow(Answer):
    """Of data that ``truth`` made at the real design, how often each model scored the newest window
    best, ``best``, and the true one, ``correct``."""

    truth: str
    simulations: int
    best: dict[str, float]
    correct: float


class ComparedRivals(Answer):
    """The comparison with the models that it is about."""

    models: tuple[ComparedModel, ...]
    comparison: Comparison
    confusion: tuple[ConfusionRow, ...] = Field(
        default=(), description="Only where simulations were asked for."
    )
    notes: tuple[str, ...] = ()
