"""A lever carries the lowest grade that applies; a lift test lifts a coincidence only."""

import pytest

from mmm.causal.graph_answer import Benchmark, EffectStatus, TippingPoint
from mmm.evidence.grades import graded
from mmm.posterior.evidence import GRADES, Finding, Grade

SEEN = "Adjusting for price closes every back-door path."
IDENTIFIED = EffectStatus(status="identified", reason=SEEN, adjustment_set=("price",))


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
    grade, reason = graded([finding(each) for each in found], IDENTIFIED, narrowed)
    assert grade == expected
    assert reason == (f"because of {expected}" if expected in found else reason)
    assert reason


def test_an_assumed_effect_says_what_it_rests_on() -> None:
    price = Benchmark(name="price", with_lever=0.1, with_kpi=0.5, would_take=0.39)
    point = TippingPoint(
        to_zero=0.6,
        interval_to_zero=0.5,
        roi_to_one=None,
        alone=0.3,
        benchmark=price,
        summary="",
    )
    assumed = IDENTIFIED.model_copy(update={"status": "assumed", "tipping_point": point})
    assert "one as strong as price would explain 39% of it" in graded([], assumed).reason
    alone = point.model_copy(update={"benchmark": None})
    without = assumed.model_copy(update={"tipping_point": alone})
    assert "would have to explain 60% of what else moves" in graded([], without).reason


def test_grades_stand_from_best_to_lowest() -> None:
    assert tuple(GRADES) == ("tested", "seen", "coincidence", "too_small", "do_not_use")
