"""How long a lift test may be, and how many numbers all of them may hold."""

from datetime import timedelta

import pytest

from mmm.errors import SpecError
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import parse_spec
from mmm.spec.sizes import MOST_LIFT_NUMBERS, MOST_WEEKS
from tests.mmm.fakes import RICH, START


def lift_test(weeks: int, **changes) -> dict:
    end = START + timedelta(weeks=weeks - 1)
    return {
        "channel": "tv",
        "start": START.isoformat(),
        "end": end.isoformat(),
        "control": {"scale": 0.0},
        "result": {"lift": 10.0, "se": 3.0},
        **changes,
    }


def with_tests(*tests: dict) -> dict:
    return {**RICH, "lift_tests": list(tests)}


def test_a_test_lasts_as_long_as_its_spend_can_be_told_and_no_longer() -> None:
    """Its weeks are rows of every variable in two worlds, whatever its lists hold."""
    parse_spec(with_tests(lift_test(MOST_WEEKS)))
    for weeks in (MOST_WEEKS + 1, 9_000):
        with pytest.raises(SpecError) as caught:
            parse_spec(with_tests(lift_test(weeks)))
        issue = caught.value.issues[0]
        assert (issue.pointer, issue.code) == ("/lift_tests/0/end", "too_long")
        assert "more than 260 weeks" in issue.detail


def test_the_numbers_of_all_tests_have_a_limit() -> None:
    geos = MOST_LIFT_NUMBERS // MOST_WEEKS // 2
    spend = {f"g{k}": [1.0] * MOST_WEEKS for k in range(geos)}
    world = {"control": {"by_geo": spend}, "start": "2022-01-03"}
    tests = [lift_test(MOST_WEEKS, name=f"t{k}", result={"lift": k, "se": 1}) for k in range(3)]
    held = LiftTest.model_validate(tests[0] | world).count_numbers()
    assert held == geos * MOST_WEEKS
    document = {**with_tests(*(test | world for test in tests[:2])), "geo": "region"}
    parse_spec(document)
    with pytest.raises(SpecError) as caught:
        parse_spec(document | {"lift_tests": [test | world for test in tests]})
    issue = caught.value.issues[0]
    assert (issue.pointer, issue.code) == ("/lift_tests", "too_many_numbers")
    assert f"{3 * held:,} numbers" in issue.detail
