"""Turns: whatever order calls come in, units are never overspent and nobody is starved."""

from contextlib import AsyncExitStack

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.runtime.turns import Turns

TENANTS = ("a", "b", "c")


async def take(turns: Turns, tenant: str, units: int, log: list[str], let: anyio.Event) -> None:
    async with turns.turn(tenant, units):
        log.append(tenant)
        await let.wait()


def test_tenants_are_served_in_rotation() -> None:
    log: list[str] = []

    async def run() -> None:
        turns, let = Turns(1), anyio.Event()
        async with anyio.create_task_group() as group:
            for tenant in "aaaabbc":
                group.start_soon(take, turns, tenant, 1, log, let)
                await anyio.wait_all_tasks_blocked()
            assert turns.waiting == 6
            assert [turns.ahead(tenant) for tenant in "abcd"] == [6, 6, 5, 3]
            let.set()

    anyio.run(run)
    assert "".join(log) == "aabcaba"


def test_a_large_call_is_not_starved_by_small_ones_of_others() -> None:
    log: list[str] = []

    async def run() -> None:
        turns = Turns(4)
        lets = [anyio.Event() for _ in range(3)]
        async with anyio.create_task_group() as group:
            group.start_soon(take, turns, "a", 2, log, lets[0])
            await anyio.wait_all_tasks_blocked()
            group.start_soon(take, turns, "large", 4, log, lets[1])
            await anyio.wait_all_tasks_blocked()
            group.start_soon(take, turns, "b", 1, log, lets[2])
            await anyio.wait_all_tasks_blocked()
            assert (log, turns.free) == (["a"], 2)
            for let in lets:
                let.set()
                await anyio.wait_all_tasks_blocked()

    anyio.run(run)
    assert log == ["a", "large", "b"]


def test_a_tenant_with_its_most_is_passed_over() -> None:
    log: list[str] = []

    async def run() -> None:
        turns, let = Turns(4, most=2), anyio.Event()
        async with anyio.create_task_group() as group:
            for tenant, units in (("a", 9), ("a", 1), ("b", 1)):
                group.start_soon(take, turns, tenant, units, log, let)
                await anyio.wait_all_tasks_blocked()
            assert (log, turns.waiting, turns.free) == (["a", "b"], 1, 1)
            let.set()

    anyio.run(run)
    assert log == ["a", "b", "a"]


@pytest.mark.parametrize("granted", [False, True], ids=["waiting", "just granted"])
def test_a_call_that_is_cancelled_holds_nothing(granted: bool) -> None:
    async def run() -> None:
        turns, scope = Turns(1), anyio.CancelScope()

        async def leaving() -> None:
            with scope:
                async with turns.turn("b"):
                    await anyio.sleep_forever()

        async with anyio.create_task_group() as group, AsyncExitStack() as held:
            await held.enter_async_context(turns.turn("a"))
            group.start_soon(leaving)
            await anyio.wait_all_tasks_blocked()
            if granted:
                await held.aclose()
            scope.cancel()
        assert (turns.free, turns.waiting) == (1, 0)

    anyio.run(run)


CALLS = st.lists(
    st.tuples(
        st.sampled_from(TENANTS),
        st.integers(1, 6),
        st.integers(0, 3),
        st.one_of(st.none(), st.integers(0, 4)),
    ),
    max_size=25,
)


@settings(max_examples=100, deadline=None)
@given(calls=CALLS, units=st.integers(1, 6), most=st.integers(1, 6))
def test_units_are_never_overspent_and_every_call_that_stays_is_served(calls, units, most) -> None:
    """A call is its tenant, units, steps for which it holds them, and step of its cancellation."""
    held = dict.fromkeys(TENANTS, 0)
    began: list[int] = []
    served: list[int] = []

    async def run() -> None:
        turns = Turns(units, most)

        async def one(number: int, tenant: str, wanted: int, steps: int) -> None:
            wanted = min(wanted, turns.most)
            async with turns.turn(tenant, wanted):
                began.append(number)
                held[tenant] += wanted
                assert held[tenant] <= turns.most
                assert sum(held.values()) <= turns.units
                try:
                    for _ in range(steps):
                        await anyio.sleep(0)
                finally:
                    held[tenant] -= wanted
            served.append(number)

        async def scoped(number: int, call: tuple, scope: anyio.CancelScope) -> None:
            with scope:
                await one(number, *call[:3])

        async with anyio.create_task_group() as group:
            scopes = [anyio.CancelScope() for _ in calls]
            for number, call in enumerate(calls):
                group.start_soon(scoped, number, call, scopes[number])
            for step in range(5):
                for call, scope in zip(calls, scopes, strict=True):
                    if call[3] == step:
                        scope.cancel()
                await anyio.sleep(0)
        assert (turns.free, turns.waiting) == (turns.units, 0)

    anyio.run(run)
    assert {number for number, call in enumerate(calls) if call[3] is None} <= {*served}
    for tenant in TENANTS:
        own = [number for number in began if calls[number][0] == tenant]
        assert own == sorted(own)
