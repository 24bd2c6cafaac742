"""An in-memory cache of models, plan responses and serialized answers, bounded in bytes.

All of these are functions of immutable inputs, so an entry is never stale; the least recently used
entries are evicted when the limit is exceeded. Callers that request the same value at the same time
wait for one computation of it, and share its failure.

The newest entry stays even if it alone exceeds the limit: the next question is likely about it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, is_dataclass
from threading import Lock
from typing import Any, Literal, cast

import numpy as np
import xarray as xr

from app.runtime.metrics import CACHE_BYTES, CACHE_EVICTIONS, CACHE_LOOKUPS


def array_bytes(value: Any) -> int:
    """Bytes of all arrays reachable through dataclasses, containers and datasets, each once.

    A view counts as the array that it keeps alive. Cached properties count once they are computed,
    which another thread may do meanwhile.
    """
    seen: dict[int, Any] = {}
    stack, total = [value], 0
    while stack:
        item = stack.pop()
        if id(item) in seen:
            continue
        seen[id(item)] = item
        if isinstance(item, np.ndarray):
            if isinstance(item.base, np.ndarray):
                stack.append(item.base)
            else:
                total += item.nbytes
        else:
            stack += _parts(item)
    return total


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, xr.Dataset):
        yield from (variable.to_numpy() for variable in value.variables.values())
    elif isinstance(value, Mapping):
        yield from list(value.values())
    elif isinstance(value, (list, tuple)):
        yield from value
    elif is_dataclass(value):
        yield from list(vars(value).values())


Kind = Literal["model", "response", "answer"]


@dataclass(frozen=True)
class CacheKey:
    """The key of a cached value.

    ``owner``: the model whose values are dropped together; ``question``: which of its values.
    """

    kind: Kind
    owner: str
    question: str = ""


@dataclass
class _Entry:
    value: Any
    bytes: int


class Cache:
    """A bounded, thread-safe cache. No value may be None."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[CacheKey, _Entry] = OrderedDict()
        self._pending: dict[CacheKey, Future[Any]] = {}
        self._bytes = 0
        self._lock = Lock()

    @property
    def bytes(self) -> int:
        """Approximate size of all cached values, in bytes."""
        with self._lock:
            return self._bytes

    def find(self, key: CacheKey) -> Any | None:
        """The cached value of ``key``, if any; never waits for a computation."""
        with self._lock:
            entry = self._touch(key)
        if entry is None:
            return None
        CACHE_LOOKUPS.labels(key.kind, "hit").inc()
        return entry.value

    def get[Value](
        self, key: CacheKey, make: Callable[[], Value], size: Callable[[Value], int]
    ) -> Value:
        """The cached value of ``key``, else the result of ``make``; raises what ``make`` raises.

        ``size`` returns the bytes of a value; it is called again at each use, as some values grow.
        """
        with self._lock:
            entry, pending = self._touch(key), self._pending.get(key)
            if entry is None and pending is None:
                own = self._pending[key] = Future[Any]()
        if entry is not None:
            CACHE_LOOKUPS.labels(key.kind, "hit").inc()
            self._update_size(key, entry, size(entry.value))
            return cast(Value, entry.value)
        if pending is not None:
            CACHE_LOOKUPS.labels(key.kind, "joined").inc()
            return cast(Value, pending.result())
        CACHE_LOOKUPS.labels(key.kind, "miss").inc()
        return self._compute(key, own, make, size)

    def forget(self, owner: str) -> None:
        """Drop all values of an owner; pending computations are returned, but not cached."""
        with self._lock:
            for key in [key for key in self._entries if key.owner == owner]:
                self._drop(key)
            for key in [key for key in self._pending if key.owner == owner]:
                del self._pending[key]

    def _compute[Value](
        self,
        key: CacheKey,
        own: Future[Any],
        make: Callable[[], Value],
        size: Callable[[Value], int],
    ) -> Value:
        try:
            value = make()
            used = size(value)
        except BaseException as error:
            with self._lock:
                self._remove_pending(key, own)
            own.set_exception(error)
            raise
        with self._lock:
            if self._remove_pending(key, own):
                self._entries[key] = _Entry(value, used)
                self._count(key, used)
                self._evict()
        own.set_result(value)
        return value

    def _remove_pending(self, key: CacheKey, own: Future[Any]) -> bool:
        """Remove a pending computation; False if its owner has been forgotten meanwhile."""
        present = self._pending.get(key) is own
        if present:
            del self._pending[key]
        return present

    def _touch(self, key: CacheKey) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def _update_size(self, key: CacheKey, entry: _Entry, used: int) -> None:
        """Record the current size of an entry, which may have been dropped meanwhile."""
        with self._lock:
            if self._entries.get(key) is entry:
                self._count(key, used - entry.bytes)
                entry.bytes = used
                self._evict()

    def _evict(self) -> None:
        while self._bytes > self._max_bytes and len(self._entries) > 1:
            oldest = next(iter(self._entries))
            CACHE_EVICTIONS.labels(oldest.kind).inc()
            self._drop(oldest)

    def _drop(self, key: CacheKey) -> None:
        self._count(key, -self._entries.pop(key).bytes)

    def _count(self, key: CacheKey, added: int) -> None:
        self._bytes += added
        CACHE_BYTES.labels(key.kind).inc(added)
