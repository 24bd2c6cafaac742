"""Small pieces that people read: CSV cells, the summary sentence, headers."""

import pytest

from app.contract.plan_answers import PlannedChannel, ReferenceComparisonDocument
from app.http.accepted import wait_seconds, wants_async
from app.routes.queries import wants_csv
from app.services.planning.summary import money, summary_of
from app.services.projects.csv_export import safe, write_csv
from mmm.interval import Interval
from optimizer.allocation import Status


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_would_be_a_formula_is_defused(start) -> None:
    assert safe(f"{start}SUM(A1)") == f"'{start}SUM(A1)"


def test_numbers_stay_numbers() -> None:
    assert write_csv([{"=name": "@x", "value": -1.5}]) == "'=name,value\r\n'@x,-1.5\r\n"
    assert write_csv([]) == ""


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", False),
        ("text/csv", True),
        ("application/json", False),
        ("text/csv;q=0.5, application/json", False),
        ("text/csv, application/json", True),
        ("application/json, text/csv", False),
        ("TEXT/CSV; charset=utf-8", True),
        ("text/csv;q=much", False),
    ],
)
def test_csv_is_sent_to_whom_prefers_it(accept, expected) -> None:
    assert wants_csv(accept) is expected


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


def versus(mean: float, p5: float, p95: float) -> ReferenceComparisonDocument:
    rest = {"reference_total": 1.0, "reference_feasible": True, "broken": ()}
    return ReferenceComparisonDocument(
        mean=mean, p5=p5, p50=mean, p95=p95, probability_better=0.93, **rest
    )


def test_the_summary_names_moves_gain_and_probability() -> None:
    channels = [channel("tv", 600_000, 400_000), channel("search", 400_000, 600_000)]
    text = summary_of(Status.OPTIMAL, 13, channels, versus(50_000, -1_000, 90_000), "currency")
    assert text == (
        "Spend 1,000,000 over 13 weeks: raise tv by 200,000, cut search by 200,000; the gain is "
        "expected to be 50,000 currency more than with the present plan (90 % interval -1,000 to "
        "90,000), and better with probability 0.93."
    )


def test_the_summary_of_staying_and_of_no_change() -> None:
    same = [channel("tv", 100.0, 100.0)]
    stay = summary_of(Status.STAY, 1, same, versus(1, -5, 7), "currency")
    assert stay.startswith("Stay with the present plan (100 over 1 week): ")
    scaled = summary_of(Status.STAY, 1, [channel("tv", 120.0, 100.0)], versus(1, -5, 7), "currency")
    assert scaled.startswith("Stay with the present mix (120 over 1 week): ")
    kept = summary_of(Status.FEASIBLE, 2, same, versus(0, 0, 0), "currency")
    assert kept == "Spend 100 over 2 weeks: keep every channel as it is; this is the present plan."


def test_money() -> None:
    assert [money(x) for x in (1234567.8, 99.44, 0.01234)] == ["1,234,568", "99.4", "0.0123"]
