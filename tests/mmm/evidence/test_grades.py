"""A lever carries the lowest grade that applies; a lift test lifts a coincidence only."""

import pytest

from mmm.evidence.grades import graded
from mmm.posterior.evidence import GRADES, Finding, Grade

SEEN = "Adjusting for price closes every back-door path."


def finding(grade: Grade) -> Finding:
    return Finding(code=grade, grade=grade, detail=f"because of {grade}")


@pytest.mark.parametrize(
    ("found", "narrowed", "expected"),
    [
        ([], None, "seen"),
        ([], 0.4, "tested"),
        ([], 0.6, "seen"),
        (["coincidence"], None, "coincidence"),
        (["coincidence"], 0.5, "tested"),
        (["coincidence"], 0.51, "coincidence"),
        (["too_small"], 0.1, "too_small"),
        (["coincidence", "too_small"], None, "too_small"),
        (["too_small", "do_not_use", "coincidence"], 0.1, "do_not_use"),
    ],
)
def test_the_lowest_applies(found: list[Grade], narrowed: float | None, expected: Grade) -> None:
    grade, reason = graded([finding(each) for each in found], SEEN, narrowed)
    assert grade == expected
    assert reason == (f"because of {expected}" if expected in found else reason)
    assert reason


def test_grades_stand_from_best_to_lowest() -> None:
    assert tuple(GRADES) == ("tested", "seen", "coincidence", "too_small", "do_not_use")
