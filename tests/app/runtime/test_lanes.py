"""What takes long never keeps what is short waiting, and nobody waits longer than makes sense."""

import threading

import anyio
import pytest

from app.errors import CallerLeft, Overloaded
from app.runtime.lanes import Lane, Lanes
from app.settings import Settings

LANES = ("reads", "questions", "plans")
TENANT = "acme"


async def stays() -> None:
    """A caller who never leaves."""
    await anyio.sleep_forever()


@pytest.mark.parametrize("full", LANES)
def test_a_full_lane_keeps_none_of_the_others_waiting(full, tmp_path) -> None:
    settings = Settings(data_dir=tmp_path, read_workers=1, query_workers=1, plan_workers=1)
    let = threading.Event()

    async def ask() -> None:
        lanes = Lanes.of(settings)
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(getattr(lanes, full).run, TENANT, lambda: let.wait(30), stays)
            for other in set(LANES) - {full}:
                assert (
                    await getattr(lanes, other).run(TENANT, lambda: "answered", stays) == "answered"
                )
            assert not let.is_set()
            let.set()

    anyio.run(ask)


def test_a_lane_has_as_many_threads_as_its_setting_says(tmp_path) -> None:
    settings = Settings(data_dir=tmp_path, read_workers=3, query_workers=5, plan_workers=7)
    lanes = Lanes.of(settings)
    assert [getattr(lanes, lane).threads for lane in LANES] == [3, 5, 7]


def test_no_more_than_its_threads_are_at_work(tmp_path) -> None:
    at_work = threading.BoundedSemaphore(2)

    def work() -> None:
        assert at_work.acquire(blocking=False)
        threading.Event().wait(0.01)
        at_work.release()

    async def ask() -> None:
        lane = Lane(2, 60.0)
        async with anyio.create_task_group() as group:
            for _ in range(8):
                group.start_soon(lane.run, TENANT, work, stays)

    anyio.run(ask)


def test_who_would_wait_too_long_is_told_when_to_come_again() -> None:
    let = threading.Event()
    answers: list[str] = []

    async def ask() -> None:
        lane = Lane(1, longest_wait=1e-9)
        await lane.run(TENANT, lambda: threading.Event().wait(0.01), stays)

        async def one() -> None:
            await lane.run(TENANT, lambda: let.wait(30), stays)
            answers.append("answered")

        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(one)
                await anyio.wait_all_tasks_blocked()
            assert lane.waiting == 1
            with pytest.raises(Overloaded, match=r"would wait about 0 s, longer than") as told:
                await lane.run(TENANT, lambda: "too many", stays)
            assert told.value.retry_after == pytest.approx(lane.wait(TENANT))
            let.set()

    anyio.run(ask)
    assert len(answers) == 2


def test_where_calls_are_short_many_may_wait() -> None:
    """How long the wait would be decides, not how many wait."""
    let = threading.Event()
    answers: list[object] = []

    async def ask() -> None:
        lane = Lane(1, longest_wait=60.0)
        await lane.run(TENANT, lambda: None, stays)

        async def one() -> None:
            answers.append(await lane.run(TENANT, lambda: let.wait(30), stays))

        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(one)
            while lane.waiting < 199:
                await anyio.sleep(0.01)
            let.set()

    anyio.run(ask)
    assert answers == [True] * 200


def test_what_fails_gives_its_turn_back() -> None:
    async def ask() -> None:
        lane = Lane(1, 60.0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await lane.run(TENANT, lambda: 1 / 0, stays)

    anyio.run(ask)


def test_who_left_before_the_turn_came_is_dropped_and_who_left_later_is_not() -> None:
    let = threading.Event()
    done: list[str] = []

    async def ask() -> None:
        lane, leave = Lane(1, 60.0), anyio.Event()

        async def begun() -> None:
            await lane.run(TENANT, lambda: let.wait(30), leave.wait)
            done.append("begun")

        async def waiting() -> None:
            with pytest.raises(CallerLeft):
                await lane.run(TENANT, lambda: done.append("computed for nobody"), leave.wait)
            done.append("dropped")

        async with anyio.create_task_group() as group:
            for call in (begun, waiting):
                group.start_soon(call)
                await anyio.wait_all_tasks_blocked()
            leave.set()
            while lane.waiting:
                await anyio.sleep(0.01)
            let.set()

    anyio.run(ask)
    assert sorted(done) == ["begun", "dropped"]


def test_a_tenant_with_many_calls_delays_the_call_of_another_by_one() -> None:
    done: list[str] = []

    async def ask() -> None:
        lane, let = Lane(1, 60.0), threading.Event()

        async def one(tenant: str) -> None:
            await lane.run(tenant, lambda: let.wait(30), stays)
            done.append(tenant)

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(one, "many")
            await anyio.wait_all_tasks_blocked()
            group.start_soon(one, "single")
            while lane.waiting < 5:
                await anyio.sleep(0.01)
            let.set()

    anyio.run(ask)
    assert done.index("single") <= 2
    assert done.count("many") == 5


def test_the_wait_of_a_tenant_does_not_count_the_queue_of_another() -> None:
    async def ask() -> None:
        lane, let = Lane(1, 60.0), threading.Event()
        await lane.run(TENANT, lambda: threading.Event().wait(0.01), stays)
        async with anyio.create_task_group() as group:
            for _ in range(9):
                group.start_soon(lane.run, "many", lambda: let.wait(30), stays)
            while lane.waiting < 8:
                await anyio.sleep(0.01)
            assert lane.wait("many") == pytest.approx(8 * lane.wait("single"))
            let.set()

    anyio.run(ask)
