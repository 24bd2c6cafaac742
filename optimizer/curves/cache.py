"""The curve cache: evaluated points of a separable response, kept from one problem to the next.

Tabulating takes most of the time of an allocation. A cache holds the values, slopes and slope
ranges of single levels and intervals, nothing of a problem: an allocation depends on the response
and the problem alone, with or without a cache. Caches are looked up by the response's `key` or,
where it has none, by the identity of the object; the oldest ones are dropped.
"""

import weakref
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Lock

import numpy as np

from optimizer.errors import InvalidResponse, ResponseNotFinite
from optimizer.response import FloatArray, Separable, content_key

_MOST_CACHES = 6
_MOST_BYTES = 128 * 1024 * 1024
"""Approximate limit for all levels of one cache, and again for all its ranges."""
_MOST_LEVELS, _FEWEST_LEVELS = 200, 40
"""Of one cell: more are not used; with fewer even the next problem would find none of its own."""
_TOO_MANY = 4
"""Times the bytes that the fewest levels may take; responses of more are evaluated each time."""

type _ArrayPair = tuple[FloatArray, FloatArray]


@dataclass(eq=False)
class CurveCache:
    """The evaluated points of one response, by cell.

    levels[cell][level]: value and slope, each (draw,).
    ranges[cell][left, right]: least and greatest slope between two levels, each (draw,).
    evaluated: number of levels at which the response was evaluated, those of ranges included.
    most_levels: levels kept for one cell, and intervals, as ``most_bytes`` allow.
    """

    most_bytes: int = _MOST_BYTES
    levels: dict[int, dict[float, _ArrayPair]] = field(default_factory=dict)
    ranges: dict[int, dict[tuple[float, float], _ArrayPair]] = field(default_factory=dict)
    evaluated: int = 0
    draws: int = 0
    cells: int = 0
    most_levels: int = _MOST_LEVELS

    @property
    def bytes(self) -> int:
        """The approximate size of the kept arrays; another thread may add to them meanwhile."""
        levels = sum(map(len, list(self.levels.values())))
        ranges = sum(map(len, list(self.ranges.values())))
        return (levels + ranges) * 2 * 8 * self.draws

    def curve(self, response: Separable, cell: int, levels: FloatArray) -> _ArrayPair:
        """Values and slopes of rising levels (level,), each (level, draw).

        Raises InvalidResponse.
        """
        if self._is_too_large():
            self.evaluated += levels.size
            value, slope = response.curve(cell, levels)
            return _checked_rows("value", value, levels), _checked_rows("slope", slope, levels)
        known = self.levels.setdefault(cell, {})
        wanted = levels.tolist()
        fresh = np.array([level for level in wanted if level not in known])
        if fresh.size:
            if len(known) > self.most_levels:
                known = self.levels[cell] = {}
                fresh = levels
            self.evaluated += fresh.size
            value, slope = response.curve(cell, fresh)
            rows = zip(
                fresh.tolist(),
                _checked_rows("value", value, fresh),
                _checked_rows("slope", slope, fresh),
                strict=True,
            )
            known.update({level: (value_at, slope_at) for level, value_at, slope_at in rows})
            self._update_capacity(np.shape(value)[0], len(response.names))
        values, slopes = zip(*(known[level] for level in wanted), strict=True)
        return np.array(values), np.array(slopes)

    def slope_range(self, response: Separable, cell: int, levels: FloatArray) -> _ArrayPair:
        """Bounds of the slope between neighbours: low, high, each (level - 1, draw).

        Raises InvalidResponse.
        """
        if self._is_too_large():
            self.evaluated += levels.size
            low, high = response.slope_range(cell, levels)
            return (
                _checked_rows("low", low, levels[1:]),
                _checked_rows("high", high, levels[1:], may_be_infinite=True),
            )
        known = self.ranges.setdefault(cell, {})
        if len(known) > self.most_levels:
            known = self.ranges[cell] = {}
        pairs = list(pairwise(levels.tolist()))
        for first, last in _unknown_runs([pair in known for pair in pairs]):
            run = levels[first : last + 1]
            self.evaluated += run.size
            low, high = response.slope_range(cell, run)
            rows = zip(
                _checked_rows("low", low, run[1:]),
                _checked_rows("high", high, run[1:], may_be_infinite=True),
                strict=True,
            )
            known.update(zip(pairs[first:last], rows, strict=True))
            self._update_capacity(np.shape(low)[0], len(response.names))
        lows, highs = zip(*(known[pair] for pair in pairs), strict=True)
        return np.array(lows), np.array(highs)

    def _is_too_large(self) -> bool:
        """Whether even the fewest levels of all cells would take far more than the bytes."""
        return 2 * 8 * self.draws * self.cells * _FEWEST_LEVELS > _TOO_MANY * self.most_bytes

    def _update_capacity(self, draws: int, cells: int) -> None:
        """Set how many levels of each cell the bytes allow."""
        self.draws, self.cells = draws, cells
        affordable = self.most_bytes // max(2 * 8 * draws * cells, 1)
        self.most_levels = min(max(affordable, _FEWEST_LEVELS), _MOST_LEVELS)


_caches: OrderedDict[Hashable, CurveCache] = OrderedDict()
_lock = Lock()


def curve_cache_of(response: Separable) -> CurveCache:
    """The cache of this response, or of one with the same key; a new one where there is none."""
    key = content_key(response)
    identity: Hashable = ("object", id(response)) if key is None else key
    with _lock:
        if identity not in _caches:
            _caches[identity] = CurveCache()
            if key is None:
                weakref.finalize(response, _caches.pop, identity, None)
            if len(_caches) > _MOST_CACHES:
                _caches.popitem(last=False)
        _caches.move_to_end(identity)
        return _caches[identity]


def cached_curve_bytes(response: Separable) -> int:
    """The approximate size in bytes of the cached curves of this response."""
    key = content_key(response)
    with _lock:
        cache = _caches.get(("object", id(response)) if key is None else key)
    return cache.bytes if cache else 0


def _unknown_runs(known: list[bool]) -> list[tuple[int, int]]:
    """Positions (first, last) of the levels that begin and end each run of unknown intervals."""
    edges = np.flatnonzero(np.diff([True, *known, True]))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _checked_rows(
    name: str, array: FloatArray, levels: FloatArray, *, may_be_infinite: bool = False
) -> FloatArray:
    """What a response returned as (draw, level), checked and turned into (level, draw)."""
    array = np.asarray(array, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != levels.size:
        raise InvalidResponse(
            f"the response's curve {name} has shape {array.shape}, expected (draw, {levels.size})"
        )
    if not (np.isfinite(array) | (may_be_infinite & (array == np.inf))).all():
        raise ResponseNotFinite(f"the response's curve {name} holds values that are not finite")
    return np.ascontiguousarray(array.T)
