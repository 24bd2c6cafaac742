"""Functions that remember what they last gave: value and slope of a point come in turn."""

from collections.abc import Callable

from optimizer.response import FloatArray


class LastCallMemo[Result]:
    """Calls ``function`` again only where the point is another than the last."""

    def __init__(self, function: Callable[[FloatArray], Result]) -> None:
        self._function = function
        self._last: tuple[bytes, Result] | None = None

    def __call__(self, point: FloatArray) -> Result:
        key = point.tobytes()
        if self._last is None or self._last[0] != key:
            self._last = (key, self._function(point))
        return self._last[1]
