"""A response multiplied by a share: the margin on each unit of value.

Everything in the response's unit is scaled; its other attributes are passed through.
"""

from dataclasses import dataclass
from typing import Any, cast

from optimizer.response import FloatArray, Response, Separable, content_key


def scale_response(response: Response, share: float) -> Response:
    """The response times a share; the response itself where the share is 1."""
    return (
        response
        if share == 1.0
        else cast("Response", _ScaledResponse(cast("Separable", response), share))
    )


@dataclass(frozen=True, eq=False)
class _ScaledResponse:
    unscaled: Separable
    share: float

    def __getattr__(self, name: str) -> Any:
        """Attributes beyond the protocol, scaled where they have the response's unit."""
        value = getattr(self.unscaled, name)
        if name == "within_horizon":
            return scale_response(value, self.share)
        if name in ("total", "predictive"):
            return lambda *arguments: self.share * value(*arguments)
        return value

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.unscaled.names)

    @property
    def key(self) -> str | None:
        """The key of the scaled response, which differs from the unscaled one's."""
        key = content_key(self.unscaled)
        return None if key is None else f"{key} x {self.share!r}"

    def draws(self, spend: FloatArray) -> FloatArray:
        return self.share * self.unscaled.draws(spend)

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self.share * self.unscaled.jacobian(spend)

    def curve(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        value, slope = self.unscaled.curve(cell, levels)
        return self.share * value, self.share * slope

    def slope_range(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        low, high = self.unscaled.slope_range(cell, levels)
        return self.share * low, self.share * high
