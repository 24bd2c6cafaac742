"""Which job is next, on the real engine: the urgent one of a tenant, and tenants take turns."""

import pytest

from app.contract.base import Urgency
from app.jobs.operations import Call
from tests.app.jobs.trivial import Work
from tests.app.running import wait_until

MANY = 25
"""Tenants are drawn: that one with a single job comes after all jobs of another, 1 in 2 ** 25."""


@pytest.fixture(scope="module")
def work(tmp_path_factory, database_kind, new_database):
    folder = tmp_path_factory.mktemp("order")
    running = Work(folder, new_database(database_kind), at_once=1).start()
    yield running
    running.stop()


def queued(work, tenant: str, priority: Urgency) -> str:
    row = work.operations.of(tenant).submit("quick", {"x": 1}, Call(priority=priority))
    assert row.status == "queued"
    return str(row.id)


@pytest.fixture
def busy(work):
    """The only place to run is taken, for each tenant, until it is freed by a call."""
    held = [work.operations.of(tenant).submit("endless", {}).id for tenant in ("us",)]
    wait_until(lambda: all(work.operations.status(one).status == "running" for one in held))
    work.handlers.runs.clear()

    def free() -> None:
        for one in held:
            work.operations.cancel(one)

    return free


def test_the_urgent_comes_before_the_earlier(work, busy) -> None:
    asked: list[Urgency] = ["low", "normal", "high", "low", "high", "normal"]
    ids = [queued(work, "us", priority) for priority in asked]
    busy()
    for one in ids:
        work.end(one)
    order = [asked[ids.index(one)] for one in work.handlers.runs]
    assert order == ["high", "high", "normal", "normal", "low", "low"]
    assert [one for one in work.handlers.runs if asked[ids.index(one)] == "low"] == [ids[0], ids[3]]


def test_one_tenants_urgency_holds_up_no_other(work, busy) -> None:
    theirs = [queued(work, "us", "high") for _ in range(MANY)]
    ours = queued(work, "them", "low")
    busy()
    for one in (*theirs, ours):
        work.end(one)
    assert work.handlers.runs.index(ours) < MANY
