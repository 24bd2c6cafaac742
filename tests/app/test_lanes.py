"""What takes long never keeps what is short waiting."""

import threading

import anyio
import pytest

from app.errors import Overloaded
from app.lanes import Lanes
from app.routes.answers import WAITING, heavy
from app.settings import Settings

LANES = ("reads", "questions", "plans")


@pytest.mark.parametrize("full", LANES)
def test_a_full_lane_keeps_none_of_the_others_waiting(full, tmp_path) -> None:
    settings = Settings(data_dir=tmp_path, read_workers=1, query_workers=1, plan_workers=1)
    let = threading.Event()

    async def ask() -> None:
        lanes = Lanes.of(settings)
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(heavy, getattr(lanes, full), lambda: let.wait(30))
            for other in set(LANES) - {full}:
                assert await heavy(getattr(lanes, other), lambda: "answered") == "answered"
            assert not let.is_set()
            let.set()

    anyio.run(ask)


def test_a_lane_has_as_many_threads_as_its_setting_says(tmp_path) -> None:
    settings = Settings(data_dir=tmp_path, read_workers=3, query_workers=5, plan_workers=7)
    lanes = Lanes.of(settings)
    assert [getattr(lanes, lane).total_tokens for lane in LANES] == [3, 5, 7]


def test_who_would_wait_too_long_is_told_to_come_again(tmp_path) -> None:
    lanes = Lanes.of(Settings(data_dir=tmp_path, plan_workers=1))
    let = threading.Event()
    answers: list[str] = []

    async def one() -> None:
        await heavy(lanes.plans, lambda: let.wait(30))
        answers.append("answered")

    async def ask() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(1 + WAITING):
                group.start_soon(one)
            while lanes.plans.statistics().tasks_waiting < WAITING:
                await anyio.sleep(0.01)
            with pytest.raises(Overloaded, match=f"{WAITING} calls of this kind wait") as told:
                await heavy(lanes.plans, lambda: "too many")
            assert told.value.retry_after >= 1.0
            let.set()

    anyio.run(ask)
    assert len(answers) == 1 + WAITING
