"""What was done to the best plan because the problem asked for a plan that is easy to carry out."""

from dataclasses import dataclass

from optimizer.response import FloatArray


@dataclass(frozen=True, eq=False)
class FewestMoves:
    """The smallest number of changed channels with a share of the gain (`practical/fewest.py`).

    share: that was asked for; kept: of the best plan's gain, in the objective's measure.
    moves, before: changed channels of the plan and of the best one, spend (cell,).
    exact: whether every smaller set of channels was tried or ruled out.
    """

    share: float
    kept: float
    moves: int
    before: int
    exact: bool
    spend: FloatArray


@dataclass(frozen=True, eq=False)
class LeastMovement:
    """The plan that moves the least money within a tolerance of the best, spend (cell,).

    tolerance: share of the gain that may be lost; kept: share of it that is kept.
    moved, before: currency by which plan and best plan differ from today's, up and down together.
    bound: no plan within the tolerance moves less; None where that is not proved.
    """

    tolerance: float
    kept: float
    moved: float
    before: float
    bound: float | None
    spend: FloatArray


@dataclass(frozen=True, eq=False)
class Rounding:
    """A plan of multiples of `step`; cost: in the objective's measure, against spend (cell,)."""

    step: float
    cost: float
    spend: FloatArray


@dataclass(frozen=True)
class Adjustments:
    """What was done to the best plan because the problem asked for it; None for what was not."""

    fewest_moves: FewestMoves | None = None
    least_movement: LeastMovement | None = None
    rounding: Rounding | None = None


AS_FOUND = Adjustments()
