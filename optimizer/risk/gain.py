"""The gain of a plan, draw by draw, and its derivative by spend.

    pi_s(b) = response_s(b) - cost * sum(b)

The cost of a unit of spend is 1 for an objective in currency, 0 for one in KPI units (a budget, not
a price, limits the spend), and the hurdle where one is given.

A response takes milliseconds and its Jacobian longer, so each is evaluated once per point: the last
points are kept, and the Jacobian is evaluated only where it is needed.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from optimizer.errors import InvalidResponse, ResponseNotFinite
from optimizer.response import FloatArray, Response
from optimizer.watch import Watch

_POINTS_KEPT = 8


@dataclass
class _EvaluatedPoint:
    draws: FloatArray
    slope: FloatArray | None = None


@dataclass(eq=False)
class Gain:
    """The gain of plans, response less cost, with a memory of the last points.

    cost: of one unit of spend, in the response's unit.
    own: the response in which today's plan has its own weeks and geos, where those of ``response``
    are the plan's; None where they are today's.
    watch: asked before each call of the response.
    evaluations, gradients: calls of the response and of its Jacobian.
    """

    response: Response
    cost: float
    watch: Watch = field(default_factory=Watch)
    own: Response | None = None
    evaluations: int = 0
    gradients: int = 0
    _points: OrderedDict[bytes, _EvaluatedPoint] = field(default_factory=OrderedDict)

    def draws(self, spend: FloatArray) -> FloatArray:
        """(draw,): the gain at spend (cell,).  Raises InvalidResponse, Cancelled."""
        return self._evaluated(spend).draws

    def today(self, current: FloatArray) -> FloatArray:
        """(draw,): the gain of today's plan (cell,) in its own weeks and geos.

        Raises InvalidResponse, Cancelled.
        """
        if self.own is None:
            return self.draws(current)
        return self._evaluate(current, self.own)

    def slope(self, spend: FloatArray) -> FloatArray:
        """(draw, cell): derivative of the gain by spend.  Raises InvalidResponse, Cancelled."""
        point = self._evaluated(spend)
        if point.slope is None:
            self.watch.ask()
            self.gradients += 1
            jacobian = np.asarray(self.response.jacobian(spend.copy()), dtype=np.float64)
            _check_array("jacobian", jacobian, (point.draws.size, spend.size))
            point.slope = jacobian - self.cost
        return point.slope

    def _evaluated(self, spend: FloatArray) -> _EvaluatedPoint:
        key = spend.tobytes()
        if key not in self._points:
            self._points[key] = _EvaluatedPoint(self._evaluate(spend, self.response))
            if len(self._points) > _POINTS_KEPT:
                self._points.popitem(last=False)
        self._points.move_to_end(key)
        return self._points[key]

    def _evaluate(self, spend: FloatArray, response: Response) -> FloatArray:
        self.watch.ask()
        self.evaluations += 1
        draws = np.asarray(response.draws(spend.copy()), dtype=np.float64)
        _check_array("draws", draws, (max(draws.size, 1),))
        return draws - self.cost * spend.sum() if self.cost else draws


def _check_array(name: str, array: FloatArray, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise InvalidResponse(f"the response's {name} have shape {array.shape}, expected {shape}")
    if not np.isfinite(array).all():
        bad = int(array.size - np.isfinite(array).sum())
        raise ResponseNotFinite(f"the response's {name} hold {bad} values that are not finite")
