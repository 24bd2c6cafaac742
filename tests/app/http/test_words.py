"""Small pieces that people read: the summary sentence, headers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contract.plan_answers import ReferenceComparisonDocument
from app.contract.plan_details import ConditionDocument
from app.contract.planned_spend import Plan, PlannedChannel
from app.display import words
from app.display.words import GainWords
from app.http.accepted import wait_seconds, wants_async
from app.http.tables.accept import preferred_type
from app.services.planning.evidence import rests_on_tests
from app.services.planning.summary import PlanTold, summary_of
from mmm.interval import Interval
from mmm.posterior.evidence import GradeNote
from mmm.tables.formats import CSV, XLSX
from optimizer.allocation import Status


@pytest.mark.parametrize(
    ("accept", "kind", "strict"),
    [
        ("*/*", None, False),
        ("text/csv", CSV, True),
        ("application/json", None, False),
        ("text/csv;q=0.5, application/json", None, False),
        ("text/csv, application/json", CSV, False),
        ("text/csv, */*;q=0.1", CSV, False),
        ("application/json, text/csv", None, False),
        ("TEXT/CSV; charset=utf-8", CSV, True),
        ("text/csv;q=much", None, False),
        (XLSX, XLSX, True),
        (f"text/csv;q=0.9, {XLSX}", XLSX, True),
        ("text/html,application/xhtml+xml,*/*;q=0.8", None, False),
    ],
)
def test_a_table_is_sent_to_whom_prefers_it(accept, kind, strict) -> None:
    assert preferred_type(accept) == (kind, strict)


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 0.0),
        ("wait=20", 20.0),
        ("respond-async, wait=5", 5.0),
        ("wait=9999", 60.0),
        ("await=5", 0.0),
        ("wait=x", 0.0),
        ("WAIT=20", 20.0),
        ("Respond-Async; Wait=5", 5.0),
        ("wait=\uff15", 0.0),
    ],
)
def test_prefer_wait(prefer, seconds) -> None:
    assert wait_seconds(prefer) == seconds


@pytest.mark.parametrize(
    ("prefer", "queued"),
    [
        (None, False),
        ("respond-async", True),
        ("RESPOND-ASYNC", True),
        ("wait=5, Respond-Async", True),
        ("respond-asyncs", False),
        ("x-respond-async", False),
    ],
)
def test_prefer_respond_async_in_any_case(prefer, queued) -> None:
    assert wants_async(prefer) is queued


ROI = Interval(mean=1, p5=1, p50=1, p95=1)


def channel(name: str, spend: float, current: float) -> PlannedChannel:
    return PlannedChannel(
        name=name, spend=spend, current=current, change=0, marginal_roi=ROI, beyond_observed=False
    )


def versus(mean: float, p5: float, p95: float, **rest) -> ReferenceComparisonDocument:
    given = {"reference_total": 1_000_000.0, "reference_feasible": True, "broken": ()}
    return ReferenceComparisonDocument(
        **{"mean": mean, "p5": p5, "p50": mean, "p95": p95, "probability_better": 0.93}
        | given
        | rest
    )


MOVED = (channel("tv", 600_000, 400_000), channel("search", 400_000, 600_000))
KEPT = (channel("tv", 1_000_000, 1_000_000),)
EUROS = GainWords("EUR", "profit", in_money=True)


def told(**changes) -> PlanTold:
    given = PlanTold(Status.OPTIMAL, 13, MOVED, versus(51_234, -1_000, 90_000), EUROS)
    return replace(given, **changes)


def test_the_summary_names_moves_gain_and_chances() -> None:
    assert summary_of(told(second_odds=0.61)) == (
        "Spend €1 million over 13 weeks: raise tv by €200,000, cut search by €200,000. It is "
        "expected to earn €51,200 more profit than the present plan (90 % interval -€1,000 to "
        "€90,000) and is better in 19 of 20 cases if the model is right; by the second model, in "
        "12 of 20."
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (GainWords(None, "profit", True), "earn 51,200 currency units more profit than"),
        (GainWords("CHF", "revenue", True), "bring CHF 51,200 more revenue after media spend than"),
        (GainWords(None, "units", False), "bring 51,200 more units than"),
        (GainWords("EUR", "sales", True), "bring €51,200 more sales than"),
    ],
)
def test_a_gain_says_what_it_counts(words, expected) -> None:
    assert expected in summary_of(told(words=words))


def test_staying_is_told_as_a_result() -> None:
    stay = {"status": Status.STAY, "stay_odds": 0.54}
    same = told(channels=KEPT, versus=versus(0, 0, 0), **stay)
    assert summary_of(same) == (
        "Stay with the present plan (€1 million over 13 weeks): it is as good as any that can be "
        "defended; the best other plan that was found is better in only 11 of 20 cases if the "
        "model is right."
    )


def test_staying_with_the_mix_tells_what_the_total_does() -> None:
    less = versus(-856_660, -900_000, -800_000, probability_better=0.0)
    text = summary_of(
        told(status=Status.STAY, stay_odds=0.54, channels=(channel("tv", 500_000, 1e6),),
             versus=less)
    )  # fmt: skip
    assert text.startswith("Stay with the present mix at this total (€500,000 over 13 weeks): it")
    assert text.endswith(
        "The change of the total itself is expected to earn €857,000 less profit than the present "
        "plan, which spends €1 million (90 % interval -€900,000 to -€800,000) and is worse in 19 "
        "of 20 cases if the model is right."
    )


def test_the_reference_is_named() -> None:
    assert "more profit than last year's plan (90 %" in summary_of(told(reference="last_year"))
    stay = told(status=Status.STAY, channels=KEPT, versus=versus(0, 0, 0), reference="given")
    assert summary_of(stay).startswith("Stay with the plan given as reference (€1 million over")


def test_every_missed_condition_is_told() -> None:
    wanted = (
        ("target", "a total KPI of 5,000,000 with probability 0.8", 0.8, 0.312),
        ("not_worse", "a gain not below", 0.5, 0.9),
        ("roi", "a return of 2 per unit of spend", 2.0, 1.9996),
    )
    conditions = tuple(
        ConditionDocument(
            kind=kind, condition=text, pointer="", wanted=want, reached=reached,
            slack=reached - want, met=reached >= want,
        )
        for kind, text, want, reached in wanted
    )  # fmt: skip
    text = summary_of(told(status=Status.CONDITION_UNMET, conditions=conditions))
    assert text.startswith(
        "No plan that was found meets every condition; the closest spends €1 million over 13 "
        "weeks: raise tv by €200,000, cut search by €200,000. Missed: a total KPI of 5,000,000 "
        "with probability 0.8 (reached: 0.31); a return of 2 per unit of spend (reached: 1.9996). "
        "It is expected to earn €51,200 more profit"
    )


def test_the_present_plan_is_told_as_such() -> None:
    kept = summary_of(told(weeks=2, channels=KEPT, versus=versus(0, 0, 0)))
    assert kept == (
        "Spend €1 million over 2 weeks: keep every channel as it is; this is the present plan."
    )


@pytest.mark.parametrize(
    ("probability", "tested", "expected"),
    [
        (1.0, False, "19 of 20"),
        (1.0, True, "more than 19 of 20"),
        (0.85, False, "17 of 20"),
        (0.5, True, "10 of 20"),
        (0.0, True, "fewer than 1 of 20"),
        (0.0, False, "1 of 20"),
    ],
)
def test_chances_are_never_certain(probability, tested, expected) -> None:
    assert words.chances(probability, tested) == expected


def test_a_printed_probability_is_never_one_or_zero() -> None:
    assert [words.probability(p) for p in (1.0, 0.996, 0.5, 0.0)] == [
        "> 0.99", "> 0.99", "0.50", "< 0.01",
    ]  # fmt: skip


def test_amounts_have_three_digits_at_most() -> None:
    amounts = (1234567.8, 999_999.0, 26_123.0, 99.44, 0.01234, 4.65e9, 0.0, -1200.0)
    assert [words.amount(x) for x in amounts] == [
        "1.23 million", "1 million", "26,100", "99.4", "0.0123", "4.65 billion", "0", "-1,200",
    ]  # fmt: skip


@given(st.floats(-1e18, 1e18))
def test_no_amount_is_written_with_an_exponent(value) -> None:
    for currency in (None, "EUR", "SEK"):
        text = words.money(value, currency).replace(f"{currency or ''}", "")
        assert "e+" not in text
        assert "e-" not in text


@given(st.floats(1.0, 1e12), st.floats(1.001, 1.1))
def test_two_amounts_that_differ_are_told_apart(value, factor) -> None:
    digits = words.apart(value, value * factor)
    assert words.amount(value, digits) != words.amount(value * factor, digits)


def test_the_chances_are_capped_unless_every_mover_is_tested() -> None:
    movers = {"tv": "tested", "search": "seen"}
    grades = {
        name: GradeNote(grade=grade, label=grade, reason="") for name, grade in movers.items()
    }
    plan = Plan(total=1e6, channels=MOVED, by_week=(), by_geo=(), by_week_and_geo=(), cells=())
    assert not rests_on_tests(plan, grades)
    assert not rests_on_tests(plan, None)
    assert rests_on_tests(plan, grades | {"search": grades["tv"]})


def test_dust_of_a_search_is_no_money() -> None:
    assert words.money(-2.05e-14, "USD") == "$0"
    assert words.money(0.004, "EUR") == "€0"
    assert words.money(-0.02, "USD") == "-$0.02"
