"""What came back of a known truth, simulated on the model's own spend and prices."""

from typing import Literal

from mmm.interval import Answer, Interval


class RecoveredQuantity(Answer):
    """One quantity in one simulation: its truth, and what the refit said.

    ``z``: distance of the posterior mean from the truth in posterior s.d.; ``inside``: whether the
    truth lies in the 90 % interval; ``rank``: share of the draws below the truth.
    """

    name: str
    kind: Literal["roi", "contribution", "elasticity"]
    simulation: int
    truth: float
    found: Interval
    z: float
    inside: bool
    rank: float


class RecoveredRow(Answer):
    """One quantity over all simulations.

    ``inside``: in how many of ``simulations`` the truth lay in the 90 % interval.
    ``typical_error``: median over simulations of the relative error of the posterior mean.
    ``bias``: mean of z.
    """

    name: str
    kind: Literal["roi", "contribution", "elasticity"]
    simulations: int
    inside: int
    typical_error: float
    bias: float


class Recovery(Answer):
    """Truths from posterior or prior, simulated on the observed spend and prices, and refitted.

    ``too_few``: probability of as few truths inside their intervals as were seen, or fewer, if 90 %
    of them were right and simulations were independent in all quantities; null where there is none.
    ``unsettled``: simulations whose refit did not settle (R-hat above 1.1), which are left out.
    """

    truth: Literal["posterior", "prior"]
    rows: tuple[RecoveredRow, ...]
    quantities: tuple[RecoveredQuantity, ...]
    inside: float | None
    too_few: float | None
    unsettled: int
    sentences: tuple[str, ...]
