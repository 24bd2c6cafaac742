"""The memory of limits is in proportion to their number, and small at the most that may be sent."""

import pytest

from optimizer import InvalidProblem, read_problem
from optimizer.problem import sizes
from tests.optimizer.many_limits import full_problem, grown, thousand_cells

MOST_MEBIBYTES = 250
"""Of the most limits that a request may hold, over a thousand cells; 80 were measured."""


def test_a_thousand_cells_with_as_many_limits_as_there_may_be() -> None:
    assert grown("full") < MOST_MEBIBYTES


def test_memory_is_linear_in_the_limits() -> None:
    """A dense matrix of the violations would take half a gigabyte at the greater number."""
    some, many = grown("ratios", "1000"), grown("ratios", "4000")
    assert many < MOST_MEBIBYTES
    assert many < 4 * some + 20


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("groups", sizes.MOST_LIMITS),
        ("ratios", sizes.MOST_LIMITS),
        ("ramps", sizes.MOST_LIMITS),
        ("cells", sizes.MOST_PLACES),
        ("budgets", sizes.MOST_BUDGETS),
    ],
)
def test_one_limit_more_is_refused_by_name(field: str, most: int) -> None:
    problem = full_problem(thousand_cells())
    assert len(problem[field]) == most
    problem[field] = [*problem[field], problem[field][0]]
    with pytest.raises(InvalidProblem, match=rf"/{field}: .* at most {most} items"):
        read_problem(problem)
