"""What the optimizer asks of a model: draws of a plan's response, and their gradient.

Any object with these members will do; nothing is inherited and no model is imported.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]
type BoolArray = NDArray[np.bool_]
type IndexArray = NDArray[np.intp]


class Response(Protocol):
    """The response of a plan over no own spend in the window, draw by draw, carry-out counted.

    spend: (cell,), currency totals over the horizon, finite and not negative. A cell is what is
    decided; names[i] names cell i, once. The response is deterministic: equal spend, equal draws.

    The unit of the draws is currency (value, cost *not* subtracted) for an objective on "value",
    and kpi for one on "kpi". Neither array may hold NaN or infinity, at zero spend either.

    An implementation whose every draw is concave in spend, over all spends that are not negative,
    may say so with an attribute `concave = True`; plans then come with a global certificate.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """One name for each cell."""
        ...

    def draws(self, spend: FloatArray) -> FloatArray:
        """(draw,): the response of each posterior draw, in the response's unit."""
        ...

    def jacobian(self, spend: FloatArray) -> FloatArray:
        """(draw, cell): derivative of each draw by each cell's spend, unit per currency."""
        ...


def is_concave(response: Response) -> bool:
    """Whether the response declares that every draw is concave in spend."""
    return getattr(response, "concave", False) is True
