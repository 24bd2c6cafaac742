"""A memo of a function's last call: value and slope at a point are often asked for in turn."""

from collections.abc import Callable

from optimizer.response import FloatArray


class LastCallMemo[Result]:
    """A function of a point that is called again only where the point differs from the last one."""

    def __init__(self, function: Callable[[FloatArray], Result]) -> None:
        self._function = function
        self._last: tuple[bytes, Result] | None = None

    def __call__(self, point: FloatArray) -> Result:
        key = point.tobytes()
        if self._last is None or self._last[0] != key:
            self._last = (key, self._function(point))
        return self._last[1]
