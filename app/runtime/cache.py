"""What was read or computed, kept in memory: one budget of bytes for all of it.

Models, what plans of them bring, and written answers are functions of things that never change, so
an entry is never stale; the least recently used ones go when the budget is spent. Callers that ask
for the same thing at the same time wait for one making of it, and share its failure.

The newest stays also where it alone is beyond the budget: the next question is likely about it.
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
    """Of all arrays that are reached through dataclasses, containers and data sets, each once.

    Views count as what they keep alive. Cached properties count from when they are computed, which
    another thread may do meanwhile.
    """
    seen: dict[int, Any] = {}
    waiting, total = [value], 0
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen[id(found)] = found
        if isinstance(found, np.ndarray):
            if isinstance(found.base, np.ndarray):
                waiting.append(found.base)
            else:
                total += found.nbytes
        else:
            waiting += _parts(found)
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
class Key:
    """``owner``: with what it is forgotten; ``question``: which of the owner's things it is."""

    kind: Kind
    owner: str
    question: str = ""


@dataclass
class _Entry:
    value: Any
    bytes: int


class Cache:
    """Bounded and safe for threads. No value is None."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._making: dict[Key, Future[Any]] = {}
        self._bytes = 0
        self._lock = Lock()

    @property
    def bytes(self) -> int:
        """What is held takes about so many."""
        with self._lock:
            return self._bytes

    def find(self, key: Key) -> Any | None:
        """What is held under ``key``; never waits for a making."""
        with self._lock:
            entry = self._touch(key)
        if entry is None:
            return None
        CACHE_LOOKUPS.labels(key.kind, "hit").inc()
        return entry.value

    def get[Value](
        self, key: Key, make: Callable[[], Value], size: Callable[[Value], int]
    ) -> Value:
        """What is held under ``key``, else what ``make`` returns; raises what it raises.

        ``size``: bytes that a value takes; asked again at each use, since some values grow.
        """
        with self._lock:
            entry, making = self._touch(key), self._making.get(key)
            if entry is None and making is None:
                mine = self._making[key] = Future[Any]()
        if entry is not None:
            CACHE_LOOKUPS.labels(key.kind, "hit").inc()
            self._measure(key, entry, size(entry.value))
            return cast(Value, entry.value)
        if making is not None:
            CACHE_LOOKUPS.labels(key.kind, "joined").inc()
            return cast(Value, making.result())
        CACHE_LOOKUPS.labels(key.kind, "miss").inc()
        return self._made(key, mine, make, size)

    def forget(self, owner: str) -> None:
        """Drop all that is the owner's; what is being made of it is handed out, but not kept."""
        with self._lock:
            for key in [key for key in self._entries if key.owner == owner]:
                self._drop(key)
            for key in [key for key in self._making if key.owner == owner]:
                del self._making[key]

    def _made[Value](
        self,
        key: Key,
        mine: Future[Any],
        make: Callable[[], Value],
        size: Callable[[Value], int],
    ) -> Value:
        try:
            value = make()
            taken = size(value)
        except BaseException as error:
            with self._lock:
                self._landed(key, mine)
            mine.set_exception(error)
            raise
        with self._lock:
            if self._landed(key, mine):
                self._entries[key] = _Entry(value, taken)
                self._count(key, taken)
                self._make_room()
        mine.set_result(value)
        return value

    def _landed(self, key: Key, mine: Future[Any]) -> bool:
        """End a making; whether it was still wanted."""
        wanted = self._making.get(key) is mine
        if wanted:
            del self._making[key]
        return wanted

    def _touch(self, key: Key) -> _Entry | None:
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def _measure(self, key: Key, entry: _Entry, taken: int) -> None:
        """Take over what an entry takes by now; it may have been dropped meanwhile."""
        with self._lock:
            if self._entries.get(key) is entry:
                self._count(key, taken - entry.bytes)
                entry.bytes = taken
                self._make_room()

    def _make_room(self) -> None:
        while self._bytes > self._max_bytes and len(self._entries) > 1:
            oldest = next(iter(self._entries))
            CACHE_EVICTIONS.labels(oldest.kind).inc()
            self._drop(oldest)

    def _drop(self, key: Key) -> None:
        self._count(key, -self._entries.pop(key).bytes)

    def _count(self, key: Key, more: int) -> None:
        self._bytes += more
        CACHE_BYTES.labels(key.kind).inc(more)
