"""A geo test that cannot be read is refused by the field, the row and the numbers at fault."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from mmm.errors import DataError, QueryError
from mmm.experiments import read_test
from mmm.experiments.reading.question import ReadTestQuestion
from mmm.experiments.reading.table import geo_test_of
from mmm.experiments.reading.tell import answer_of

FIRST = date(2024, 1, 1)
DAYS, GEOS = 60, ("a", "b", "c", "d")


def table(days: int = DAYS, step: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "day": str(FIRST + timedelta(days=step * day)),
            "place": geo,
            "sold": 100.0 * rng.uniform(0.9, 1.1),
            "tv": 10.0 + 5.0 * (geo == "a" and day >= days - 10),
        }
        for day in range(days)
        for geo in GEOS
    )


def question(**changed) -> ReadTestQuestion:
    last = FIRST + timedelta(days=DAYS - 1)
    given = {
        "date": "day",
        "geo": "place",
        "kpi": "sold",
        "spend": "tv",
        "treated": ["a"],
        "window": {"start": str(last - timedelta(days=9)), "end": str(last)},
    }
    return ReadTestQuestion.model_validate(given | changed)


def refusal(frame: pd.DataFrame, asked: ReadTestQuestion) -> list[tuple[str, str, str]]:
    with pytest.raises((DataError, QueryError)) as caught:
        read_test(geo_test_of(frame, asked))
    return [(issue.pointer, issue.code, issue.detail) for issue in caught.value.issues]


def window(start: int, end: int) -> dict[str, str]:
    return {
        "start": str(FIRST + timedelta(days=start)),
        "end": str(FIRST + timedelta(days=end)),
    }


QUESTIONS = {
    "unknown geo": ({"treated": ["z"]}, "/treated/0", "unknown_geo", "'z'"),
    "named twice": ({"treated": ["a", "a"]}, "/treated/1", "duplicate", "twice"),
    "treated and excluded": ({"excluded": ["a"]}, "/treated/0", "excluded", "only one"),
    "unknown column": ({"kpi": "sales"}, "/kpi", "column_missing", "'sales'"),
    "usual spend alone": (
        {"spend": None, "usual_spend": "tv"},
        "/usual_spend",
        "spend_missing",
        "name the column",
    ),
    "ends too late": ({"window": window(50, 70)}, "/window/end", "outside_panel", "2024-03-11"),
    "begins too early": ({"window": window(-5, 5)}, "/window/start", "outside_panel", "2023-12-27"),
    "too short a history": ({"window": window(9, 20)}, "/window/start", "too_short", "9 days"),
    "shorter than the window": ({"window": window(25, 59)}, "/window/start", "too_short", "35"),
    "a cool-down past the end": ({"cooldown": 3}, "/cooldown", "outside_panel", "has 0 after"),
    "nothing but ramp": ({"ramp": 10}, "/ramp", "too_long", "window of 10"),
    "spend as before": ({"treated": ["b"]}, "/spend", "spend_unchanged", "100"),
    "another test in a treated geo": (
        {"other_tests": [{"name": "radio", "geos": ["a"], "window": window(55, 57)}]},
        "/other_tests/0/geos/0",
        "overlapping_tests",
        "'radio'",
    ),
    "another test in a donor": (
        {"other_tests": [{"name": "radio", "geos": ["c"], "window": window(0, 50)}]},
        "/other_tests/0/geos/0",
        "overlapping_tests",
        '"excluded"',
    ),
}


@pytest.mark.parametrize(
    ("changed", "pointer", "code", "said"), QUESTIONS.values(), ids=QUESTIONS.keys()
)
def test_a_question_is_refused_by_its_field(changed, pointer, code, said) -> None:
    found = refusal(table(), question(**changed))
    assert [each[:2] for each in found] == [(pointer, code)]
    assert said in found[0][2]


def test_a_negative_amount_is_named_by_row_and_column() -> None:
    frame = table()
    frame.loc[7, "sold"] = -3.0
    assert refusal(frame, question()) == [
        ("/data/rows/7/sold", "negative", "row 8, column 'sold': -3 is below zero")
    ]


def test_a_missing_day_is_named_and_may_be_said_to_be_zero() -> None:
    frame = table().drop(index=[13])  # b on the fourth day
    (found,) = refusal(frame, question())
    assert found[:2] == ("/date", "missing_period")
    assert "'b' has no row for 2024-01-04" in found[2]
    test = geo_test_of(frame, question(missing_rows="zero"))
    assert test.kpi[3, 1] == 0.0
    assert geo_test_of(frame, question(excluded=["b"])).geos == ("a", "c", "d")


def test_two_rows_for_a_day_are_both_named() -> None:
    frame = pd.concat([table(), table().iloc[[4]]])
    (found,) = refusal(frame, question())
    assert found[1] == "duplicate"
    assert "row 241" in found[2]
    assert "row 5 is the other" in found[2]


def test_a_treated_geo_without_history_is_named() -> None:
    frame = table()
    (found,) = refusal(frame[(frame["place"] != "a") | (frame.index >= 200)], question())
    assert found[:2] == ("/treated/0", "no_history")
    frame.loc[(frame["place"] == "a") & (frame.index < 200), "sold"] = 0.0
    (found,) = refusal(frame, question())
    assert found[:2] == ("/treated/0", "no_history")


def test_cells_that_are_no_numbers_or_dates_are_named() -> None:
    frame = table().astype(object)
    frame.loc[3, "sold"] = "many"
    frame.loc[5, "day"] = "soon"
    found = refusal(frame, question())
    assert {each[0] for each in found} == {"/data/rows/3/sold", "/data/rows/5/day"}


def test_a_panel_of_one_geo_is_read_as_the_weaker_thing() -> None:
    frame = table()
    answer = answer_of(read_test(geo_test_of(frame[frame["place"] == "a"], question())))
    assert answer.method == "interrupted_time_series"
    assert "no geo was left untreated" in answer.warnings[0]
    assert "weaker kind of evidence" in answer.summary
    assert answer.comparisons == ()


def test_weeks_are_read_by_week_and_their_weekday_is_asked_for() -> None:
    weekly = table(40, step=7)
    asked = question(window={"start": "2024-07-29", "end": "2024-09-30"}, spend=None)
    answer = answer_of(read_test(geo_test_of(weekly, asked)))
    assert answer.period == "week"
    between = question(window={"start": "2024-07-30", "end": "2024-09-30"}, spend=None)
    (found,) = refusal(weekly, between)
    assert found[:2] == ("/window/start", "outside_panel")
    assert "Mondays" in found[2]
