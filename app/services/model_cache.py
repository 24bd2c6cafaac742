"""Fitted models in memory: the most recently used, up to a number of bytes, each read once.

Keyed by content, so an entry can never be stale. Callers that ask for the same model at the same
time wait for one reading of it. The newest stays also where it alone is beyond the bytes: the next
question is likely about it.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from app.metrics import MODEL_CACHE
from app.store.port import ArtefactStore
from mmm.fitted import FittedModel, load_model


@dataclass(frozen=True)
class _Entry:
    model: FittedModel
    bytes: int


class ModelCache:
    """Bounded and safe for threads."""

    def __init__(self, store: ArtefactStore, max_bytes: int) -> None:
        self._store = store
        self._max_bytes = max_bytes
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._reading: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """What the models held take, about."""
        with self._lock:
            return sum(entry.bytes for entry in self._entries.values())

    def get(self, key: str) -> FittedModel:
        """The model stored under ``key``; raises ArtefactError where it cannot be read."""
        found = self._lookup(key)
        MODEL_CACHE.labels("miss" if found is None else "hit").inc()
        if found is not None:
            return found
        with self._lock:
            gate = self._reading.setdefault(key, threading.Lock())
        with gate:
            found = self._lookup(key)
            if found is None:
                try:
                    found = self._read(key)
                finally:
                    with self._lock:
                        self._reading.pop(key, None)
        return found

    def forget(self, key: str) -> None:
        """Drop the model, as when it is deleted."""
        with self._lock:
            self._entries.pop(key, None)

    def _lookup(self, key: str) -> FittedModel | None:
        with self._lock:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key].model

    def _read(self, key: str) -> FittedModel:
        """The draws are most of a model; its file is about the size of the rest."""
        path = self._store.path(key)
        model = load_model(path)
        size = int(model.posterior.dataset.nbytes) + path.stat().st_size
        with self._lock:
            self._entries[key] = _Entry(model, size)
            held = sum(entry.bytes for entry in self._entries.values())
            while held > self._max_bytes and len(self._entries) > 1:
                _, oldest = self._entries.popitem(last=False)
                held -= oldest.bytes
        return model
