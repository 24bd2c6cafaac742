"""What ``model.plot`` offers, and the plans that it draws; ``mmm/plots`` carries it out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from mmm.types import Array

if TYPE_CHECKING:
    import plotly.graph_objects as go


class PlannedSpend(Protocol):
    """Spend of a channel over the weeks of a plan, and today's, in currency."""

    @property
    def name(self) -> str: ...
    @property
    def spend(self) -> float: ...
    @property
    def current(self) -> float: ...


class PlanByChannel(Protocol):
    """A plan by channel."""

    @property
    def channels(self) -> Sequence[PlannedSpend]: ...


class MovesToMake(Protocol):
    """The moves of a plan: ``plan`` is what can be defended now, None where that is nothing."""

    @property
    def plan(self) -> PlanByChannel | None: ...


class PlanAnswer(Protocol):
    """An answer about a plan: the model's own, and the moves to make now."""

    @property
    def plan(self) -> PlanByChannel: ...
    @property
    def moves(self) -> MovesToMake | None: ...


class SpendOfCells(Protocol):
    """Spend by cell, (cell,), in currency."""

    @property
    def spend(self) -> Array: ...


@runtime_checkable
class PlanOfCells(Protocol):
    """An allocation over cells: their names, and spend (cell,) of the plan and of today's."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def spend(self) -> Array: ...
    @property
    def versus_current(self) -> SpendOfCells: ...


class Plots(Protocol):
    """Figures of a fitted model; each raises ImportError where Plotly is not installed."""

    def fit(self) -> "go.Figure":
        """The KPI as observed and as the model expects it, with its 90 % predictive range."""

    def decomposition(self, by: Literal["week", "total"] = "week") -> "go.Figure":
        """What the weeks were made of: by week as areas, in total as a waterfall."""

    def returns(self) -> "go.Figure":
        """The return of each paid channel with its 90 % range and its evidence."""

    def curves(self) -> "go.Figure":
        """What more or less money in each channel brings, and what was seen of it."""

    def plan(self, answer: PlanAnswer | PlanOfCells) -> "go.Figure":
        """A plan beside today's spend: an answer of ``allocate`` or of ``evaluate-plan``."""
