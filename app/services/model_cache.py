"""Fitted models in memory: the most recently used few, each read from its file once.

Keyed by content, so an entry can never be stale. Callers that ask for the same model at the same
time wait for one reading of it.
"""

import threading
from collections import OrderedDict

from app.metrics import MODEL_CACHE
from app.store.port import ArtefactStore
from mmm.fitted import FittedModel, load_model


class ModelCache:
    """Bounded and safe for threads."""

    def __init__(self, store: ArtefactStore, size: int) -> None:
        self._store = store
        self._size = size
        self._models: OrderedDict[str, FittedModel] = OrderedDict()
        self._reading: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

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
                found = load_model(self._store.path(key))
                self._keep(key, found)
        return found

    def forget(self, key: str) -> None:
        """Drop the model, as when it is deleted."""
        with self._lock:
            self._models.pop(key, None)

    def _lookup(self, key: str) -> FittedModel | None:
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
            return self._models.get(key)

    def _keep(self, key: str, model: FittedModel) -> None:
        with self._lock:
            self._models[key] = model
            self._reading.pop(key, None)
            while len(self._models) > self._size:
                self._models.popitem(last=False)
