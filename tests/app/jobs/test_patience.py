"""A finished job waits for a store that is away: so long, and not longer."""

import threading
import time

import pytest

from app.errors import StoreFull, StoreUnavailable
from app.jobs.patience import Patience
from tests.app.running import wait_until


class Store:
    """Away for so many calls."""

    def __init__(self, away: float) -> None:
        self.calls = 0
        self._away = away

    def put(self) -> str:
        self.calls += 1
        if self.calls <= self._away:
            raise StoreUnavailable("away")
        return "key"


def test_a_call_is_repeated_until_its_store_is_back() -> None:
    store = Store(away=1)
    assert Patience(60.0).insist(store.put) == "key"
    assert store.calls == 2


def test_the_wait_has_an_end() -> None:
    store = Store(away=float("inf"))
    with pytest.raises(StoreUnavailable, match="away"):
        Patience(0.6).insist(store.put)
    assert store.calls == 2


def test_another_error_is_not_waited_for() -> None:
    def full() -> None:
        raise StoreFull("no room")

    with pytest.raises(StoreFull):
        Patience(60.0).insist(full)


def test_a_cancelled_job_waits_no_longer() -> None:
    store, patience = Store(away=float("inf")), Patience(3600.0)
    ended = threading.Event()

    def wait() -> None:
        with pytest.raises(StoreUnavailable):
            patience.insist(store.put)
        ended.set()

    threading.Thread(target=wait).start()
    wait_until(lambda: store.calls == 2)
    began = time.monotonic()
    patience.give_up()
    assert ended.wait(5.0)
    assert time.monotonic() - began < 0.5
