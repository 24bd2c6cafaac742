"""The models in memory: bounded by bytes, read once however many ask."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.services.model_cache import ModelCache
from app.store.disk import DiskStore
from mmm.errors import ArtefactError


class CountingStore(DiskStore):
    """Counts how often a file is asked for; all readers are on their way before the first reads."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.asked: list[str] = []

    def path(self, key: str) -> Path:
        self.asked.append(key)
        return super().path(key)


@pytest.fixture
def store(tmp_path) -> CountingStore:
    return CountingStore(tmp_path)


def test_callers_at_the_same_time_wait_for_one_reading(store, models) -> None:
    key = store.put(models / "trusted.nc")
    cache, barrier = ModelCache(store, 1 << 30), threading.Barrier(8)

    def ask(_: int) -> int:
        barrier.wait()
        return id(cache.get(key))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert store.asked == [key]


def test_the_least_recently_used_goes_when_the_bytes_are_full(store, models) -> None:
    first, second = store.put(models / "trusted.nc"), store.put(models / "rejected.nc")
    cache = ModelCache(store, 1 << 30)
    cache.get(first)
    one = cache.bytes
    cache.get(second)
    assert one < cache.bytes < 3 * one

    small = ModelCache(store, one)
    small.get(first)
    small.get(second)
    assert small.bytes <= 2 * one
    store.asked.clear()
    small.get(second)
    assert store.asked == []
    small.get(first)
    assert store.asked == [first]


def test_what_cannot_be_read_leaves_nothing_behind(store) -> None:
    cache, key = ModelCache(store, 1 << 30), "0" * 64
    for _ in range(2):
        with pytest.raises(ArtefactError):
            cache.get(key)
    assert cache.bytes == 0
    assert store.asked == [key, key]
