"""A response of which a share is kept: the margin on each unit of value.

Everything that has the response's unit is scaled; what else the response says of itself is passed
on.
"""

from dataclasses import dataclass
from typing import Any, cast

from optimizer.response import FloatArray, Response, Separable, content_key


def scale_response(response: Response, share: float) -> Response:
    """The response times a share; the response itself where all of it is kept."""
    return (
        response
        if share == 1.0
        else cast("Response", _ScaledResponse(cast("Separable", response), share))
    )


@dataclass(frozen=True, eq=False)
class _ScaledResponse:
    whole: Separable
    share: float

    def __getattr__(self, name: str) -> Any:
        """What the response has beyond the protocol; its total has the response's unit."""
        value = getattr(self.whole, name)
        return (lambda spend: self.share * value(spend)) if name == "total" else value

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.whole.names)

    @property
    def key(self) -> str | None:
        """Another response, another key."""
        key = content_key(self.whole)
        return None if key is None else f"{key} x {self.share!r}"

    def draws(self, spend: FloatArray) -> FloatArray:
        return self.share * self.whole.draws(spend)

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self.share * self.whole.jacobian(spend)

    def curve(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        value, slope = self.whole.curve(cell, levels)
        return self.share * value, self.share * slope

    def slope_range(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        low, high = self.whole.slope_range(cell, levels)
        return self.share * low, self.share * high
