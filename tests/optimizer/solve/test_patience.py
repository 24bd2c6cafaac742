"""Time limits and callers who leave: the best plan so far with an honest gap, or no more work.

Time passes by the calls of a response, so that no test depends on how fast the machine is.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest
from scipy.sparse import csr_array

from optimizer import Effort, allocate, read_problem
from optimizer.allocation import Allocation, CertificateKind, Status
from optimizer.certify.solver_process import Program, solve_watched
from optimizer.errors import Cancelled
from optimizer.response import FloatArray
from optimizer.watch import Watch
from tests.optimizer.weekly_curves import Weekly, weekly_response

CAUTIOUS = {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1}


@dataclass(eq=False)
class Counted:
    """A separable response that counts its calls and lets something happen at each."""

    inner: Weekly
    happens: Callable[[int], None] = lambda _: None
    calls: int = 0
    separable: bool = True
    concave: bool = False
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.names = self.inner.names

    def _call(self) -> Weekly:
        self.calls += 1
        self.happens(self.calls)
        return self.inner

    def draws(self, spend: FloatArray) -> FloatArray:
        return self._call().draws(spend)

    def jacobian(self, spend: FloatArray) -> FloatArray:
        return self._call().jacobian(spend)

    def curve(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self._call().curve(cell, levels)

    def slope_range(self, cell: int, levels: FloatArray) -> tuple[FloatArray, FloatArray]:
        return self._call().slope_range(cell, levels)


@dataclass(eq=False)
class Clocked(Watch):
    """A watch whose time is over once its response was called so often."""

    most_calls: int = 0
    response: Counted | None = None

    @property
    def seconds_left(self) -> float:
        return 0.0 if self.response and self.response.calls >= self.most_calls else 60.0


def response_of(cells: int, seed: int = 3) -> Counted:
    label = tuple(f"c{k}" for k in range(cells))
    return Counted(weekly_response(seed, cells, 60, 3, label=label))


def plan_of(response: Counted, effort: Effort, **rest: object) -> Allocation:
    cells = len(response.names)
    document = {"budget": {"total": 120.0 * cells}, "objective": CAUTIOUS, "stay": False, **rest}
    return allocate(read_problem(document), response, np.full(cells, 120.0), effort=effort)


@cache
def whole_of(cells: int, *, stay: bool) -> tuple[Allocation, int]:
    """The plan of an unhurried search, and how often it called its response."""
    response = response_of(cells)
    return plan_of(response, Effort(), stay=stay), response.calls


@pytest.mark.parametrize("cells", [5, 60])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.4, 0.8])
def test_time_that_is_over_leaves_a_feasible_plan_under_an_honest_bound(cells: int, share: float):
    best, calls = whole_of(cells, stay=False)
    response = response_of(cells)
    watch = Clocked(time_limit=60.0, most_calls=int(share * calls), response=response)
    found = plan_of(response, Effort(watch=watch))
    assert found.status is Status.STOPPED
    assert "the time limit of 60 s ended the search" in found.warnings[0]
    assert found.spend.sum() == pytest.approx(120.0 * cells)
    assert found.spend.min() >= 0.0
    assert found.risk.value >= found.versus_proportional.value - 1e-9
    bound = found.certificate.upper_bound
    if bound is not None:
        assert best.certificate.upper_bound is not None
        assert bound >= best.risk.value - 1e-6 * abs(best.risk.value)
    else:
        assert found.certificate.kind is not CertificateKind.GLOBAL


def test_time_that_suffices_changes_nothing():
    usual, limited = (
        plan_of(response_of(5), Effort(watch=watch)) for watch in (Watch(), Watch(time_limit=600.0))
    )
    np.testing.assert_array_equal(usual.spend, limited.spend)
    assert usual.certificate == limited.certificate
    assert usual.status is limited.status is Status.OPTIMAL


@pytest.mark.parametrize("cells", [5, 60])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_nothing_is_asked_of_a_response_once_the_caller_has_left(cells: int, share: float):
    _, calls = whole_of(cells, stay=True)
    left, last = threading.Event(), int(share * calls) + 1
    response = response_of(cells)
    response.happens = lambda calls: left.set() if calls == last else None
    with pytest.raises(Cancelled):
        plan_of(response, Effort(watch=Watch(should_stop=left.is_set)))
    # A table or an envelope of a cell that was begun is made to its end.
    assert response.calls <= last + 2 * cells + 10


def test_the_progress_never_falls_and_is_told_a_few_times_a_second(monotone: list[float]):
    plan_of(response_of(12), Effort(watch=Watch(report=monotone.append)))
    assert monotone
    assert monotone == sorted(monotone)
    assert 0.0 <= monotone[0] <= monotone[-1] <= 1.0


@pytest.fixture
def monotone() -> list[float]:
    return []


def test_an_error_of_the_report_ends_the_work():
    def superseded(_share: float) -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        plan_of(response_of(5), Effort(watch=Watch(report=superseded)))


def hard_program(items: int) -> Program:
    """A knapsack whose search tree takes far longer than anybody waits."""
    rng = np.random.default_rng(7)
    weights = rng.integers(10_000, 99_999, (items // 4, items)).astype(float)
    return Program(
        -weights.sum(axis=0) / len(weights) - 5_000,
        np.ones(items, dtype=np.intp),
        np.zeros(items),
        np.ones(items),
        csr_array(weights),
        np.full(len(weights), -np.inf),
        weights.sum(axis=1) / 2,
        1e-9,
        10**9,
    )


def test_a_search_tree_is_left_when_its_caller_is():
    asked = iter(range(10**9))
    watch = Watch(should_stop=lambda: next(asked) > 5)
    with pytest.raises(Cancelled):
        solve_watched(hard_program(60), watch)


def test_a_search_tree_gives_its_bound_when_time_is_over():
    found = solve_watched(hard_program(60), Watch(time_limit=2.0))
    assert found.limited
    assert found.bound is not None
    assert found.x is not None
    assert found.bound <= float(hard_program(60).objective @ found.x)


def test_a_search_tree_that_takes_more_than_a_second_is_solved_to_its_end():
    found = solve_watched(hard_program(22), Watch())
    assert not found.limited
    assert found.bound is not None
    assert found.x is not None
    assert float(hard_program(22).objective @ found.x) == pytest.approx(found.bound, rel=1e-6)
