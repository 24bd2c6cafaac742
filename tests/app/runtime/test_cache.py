"""What is kept in memory: bounded by bytes, made once however many ask, gone with its owner."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest

from app.contract.plan_requests import PlanHorizon
from app.runtime.cache import Cache, CacheKey, array_bytes
from app.services.catalog.models import model_of_file
from app.services.planning.responses import CachedResponses
from app.store.disk import DiskStore
from mmm.errors import ArtefactError
from mmm.posterior.fitted import load_model

KEY = CacheKey("answer", "mdl_1", "curves")


class Slow:
    """Makes a value, once it is let; counts how often it was asked to."""

    def __init__(self, value: object = "made") -> None:
        self.value, self.made = value, 0
        self.begun, self.let = threading.Event(), threading.Event()

    def __call__(self) -> object:
        self.made += 1
        self.begun.set()
        assert self.let.wait(30)
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


def held(cache: Cache, owner: str, size: int, question: str = "") -> str:
    return cache.get(CacheKey("answer", owner, question), lambda: f"of {owner}", lambda _: size)


def test_callers_at_the_same_time_share_one_making() -> None:
    cache, slow, barrier = Cache(100), Slow(), threading.Barrier(8)

    def ask(_: int) -> object:
        barrier.wait()
        return cache.get(KEY, slow, lambda _: 1)

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask, n) for n in range(8)]
        slow.let.set()
        assert {future.result() for future in asked} == {"made"}
    assert (slow.made, cache.bytes, cache.find(KEY)) == (1, 1, "made")


def test_those_who_wait_share_a_failure_and_nothing_is_kept() -> None:
    cache, slow = Cache(100), Slow(ValueError("no such luck"))

    def ask() -> object:
        return cache.get(KEY, slow, lambda _: 1)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask)
        assert slow.begun.wait(30)
        second = pool.submit(ask)
        slow.let.set()
        for asked in (first, second):
            with pytest.raises(ValueError, match="no such luck"):
                asked.result()
    assert (cache.bytes, cache.find(KEY)) == (0, None)
    assert cache.get(KEY, lambda: "better", len) == "better"


def test_the_least_recently_used_goes_when_the_bytes_are_spent() -> None:
    cache = Cache(100)
    for owner in ("a", "b"):
        held(cache, owner, 40)
    assert cache.find(CacheKey("answer", "a")) == "of a"
    held(cache, "c", 40)
    assert cache.find(CacheKey("answer", "b")) is None
    assert cache.find(CacheKey("answer", "a")) == "of a"
    assert cache.bytes == 80


def test_the_newest_stays_though_it_alone_is_too_large() -> None:
    cache = Cache(100)
    held(cache, "small", 10)
    held(cache, "large", 1000)
    assert (cache.bytes, cache.find(CacheKey("answer", "large"))) == (1000, "of large")
    held(cache, "next", 10)
    assert cache.bytes == 10


def test_bytes_never_exceed_the_budget_by_more_than_the_newest() -> None:
    cache, dice = Cache(1000), np.random.default_rng(0)
    for _ in range(500):
        held(cache, f"mdl_{dice.integers(30)}", int(dice.integers(1, 400)))
        assert cache.bytes <= 1000


def test_a_value_that_grew_makes_room_at_its_next_use() -> None:
    cache, growing = Cache(100), [0] * 10
    cache.get(CacheKey("response", "r"), lambda: growing, len)
    held(cache, "a", 50)
    growing += [0] * 60
    cache.get(CacheKey("response", "r"), lambda: growing, len)
    assert (cache.bytes, cache.find(CacheKey("answer", "a"))) == (70, None)


def test_all_of_an_owner_is_forgotten_and_nothing_of_others() -> None:
    cache = Cache(100)
    for owner, question in (("a", "graph"), ("a", "curves"), ("b", "graph")):
        held(cache, owner, 10, question)
    cache.forget("a")
    assert cache.bytes == 10
    assert cache.find(CacheKey("answer", "b", "graph")) == "of b"


def test_what_is_made_while_its_owner_is_forgotten_is_handed_out_but_not_kept() -> None:
    cache, slow = Cache(100), Slow()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(cache.get, KEY, slow, lambda _: 1)
        assert slow.begun.wait(30)
        cache.forget("mdl_1")
        slow.let.set()
        assert asked.result() == "made"
    assert (cache.bytes, cache.find(KEY)) == (0, None)


def test_a_model_is_read_once_and_a_missing_file_leaves_nothing(tmp_path, models) -> None:
    store, cache = DiskStore(tmp_path), Cache(1 << 30)
    key = store.put(models / "trusted.nc")
    assert model_of_file(cache, store, key) is model_of_file(cache, store, key)
    taken = cache.bytes
    assert taken >= load_model(models / "trusted.nc").posterior.dataset.nbytes
    with pytest.raises(ArtefactError):
        model_of_file(cache, store, "0" * 64)
    assert cache.bytes == taken


def test_responses_are_kept_by_question_and_counted_with_what_was_asked_of_them(models) -> None:
    model, cache = load_model(models / "trusted.nc"), Cache(1 << 30)
    respond = CachedResponses(cache, "file")
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    coming = PlanHorizon.model_validate({"horizon": {"start": start, "weeks": 13}})
    response = respond(model, coming, "value", None)
    assert respond(model, coming, "value", None) is response
    assert respond(model, coming, "kpi", None) is not response
    assert cache.bytes >= array_bytes(response)
    cache.forget("file")
    assert cache.bytes == 0
    assert respond(model, coming, "value", None) is not response


def test_arrays_are_counted_once_and_views_as_what_they_hold() -> None:
    held = np.zeros(1000)
    assert array_bytes((held, {"view": held[:1], "same": [held]})) == held.nbytes
