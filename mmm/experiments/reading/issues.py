"""What makes a question about a geo test unanswerable: the field at fault, and the numbers."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from mmm.errors import Issue, pointer
from mmm.experiments.geo_test import GeoTest
from mmm.experiments.reading.question import ReadTestQuestion

LEAST_DAYS = 14
LEAST_WEEKS = 8
"""Of history, below which neither a level nor the noise about it is known."""
SAME_SPEND = 1e-9
"""Relative change below which two sums of spend are one, but for rounding."""


def question_issues(
    question: ReadTestQuestion, periods: tuple[date, ...], geos: tuple[str, ...]
) -> list[Issue]:
    """Issues of geos and window; ``periods`` and ``geos`` are those of the panel."""
    issues = [*_name_issues(question, geos)]
    window = [*_window_issues(question, periods)]
    if not window:
        window = [*_history_issues(question, periods), *_overlap_issues(question)]
    return [*issues, *window]


def spend_issues(test: GeoTest) -> list[Issue]:
    """Issues of the money of a test whose panel is whole."""
    if test.spend is None or test.usual_spend is None:
        return []
    when = slice(test.history, test.history + test.read)
    both = [float(world[when, test.is_treated].sum()) for world in (test.spend, test.usual_spend)]
    if abs(both[0] - both[1]) > SAME_SPEND * max(both):
        return []
    detail = (
        f"spend of the treated geos did not change: {both[0]:,.6g} from {test.start} to "
        f"{test.dates[test.history + test.read - 1]}, and as much without the test"
    )
    return [Issue("/spend", "spend_unchanged", detail)]


def sales_issues(test: GeoTest) -> list[Issue]:
    """Issues of treated geos without sales."""
    return [
        Issue(
            pointer("treated", test.treated.index(geo)),
            "no_history",
            f"the treated geo {geo!r} sold nothing before {test.start}",
        )
        for geo, before in zip(test.geos, test.kpi[: test.history].T, strict=True)
        if geo in test.treated and not np.any(before > 0.0)
    ]


def _name_issues(question: ReadTestQuestion, geos: Sequence[str]) -> Iterator[Issue]:
    for place, geo in enumerate(question.treated):
        where = pointer("treated", place)
        if geo in question.excluded:
            yield Issue(where, "excluded", f"{geo!r} is treated and excluded; it can be only one")
        elif geo not in geos:
            known = ", ".join(geos[:10])
            yield Issue(where, "unknown_geo", f"no row is of geo {geo!r}; the geos are: {known}")
        elif geo in question.treated[:place]:
            yield Issue(where, "duplicate", f"{geo!r} is named twice")


def _window_issues(question: ReadTestQuestion, periods: tuple[date, ...]) -> Iterator[Issue]:
    first, last = periods[0], periods[-1]
    for end in ("start", "end"):
        day = getattr(question.window, end)
        where = pointer("window", end)
        if not first <= day <= last:
            detail = f"the window's {end} {day} is outside the panel, which goes from {first} to "
            yield Issue(where, "outside_panel", f"{detail}{last}")
        elif day not in periods:
            detail = f"{day} is not the date of a week of the panel, whose weeks begin on "
            yield Issue(where, "outside_panel", f"{detail}{first:%A}s")


def _history_issues(question: ReadTestQuestion, periods: tuple[date, ...]) -> Iterator[Issue]:
    start, end = (periods.index(day) for day in (question.window.start, question.window.end))
    window = end - start + 1
    unit, least = (
        ("days", LEAST_DAYS)
        if (periods[1] - periods[0]).days == 1
        else (
            "weeks",
            LEAST_WEEKS,
        )
    )
    if end + question.cooldown >= len(periods):
        left = len(periods) - 1 - end
        detail = f"a cool-down of {question.cooldown} {unit} ends after the panel, which has {left}"
        yield Issue("/cooldown", "outside_panel", f"{detail} after the window")
    if question.ramp >= window:
        detail = f"a ramp of {question.ramp} {unit} leaves nothing of a window of {window}"
        yield Issue("/ramp", "too_long", detail)
    needed = max(least, window + question.cooldown)
    if start < needed:
        detail = (
            f"{start} {unit} before the window are too few: a test that is read over "
            f"{window + question.cooldown} {unit} needs at least {needed}"
        )
        yield Issue("/window/start", "too_short", detail)


def _overlap_issues(question: ReadTestQuestion) -> Iterator[Issue]:
    window = question.window
    for place, other in enumerate(question.other_tests):
        if other.window.start > window.end or other.window.end < window.start:
            continue
        for number, geo in enumerate(other.geos):
            if geo in question.excluded:
                continue
            role = "treated here too" if geo in question.treated else "a donor here"
            hint = "" if geo in question.treated else ', or name it under "excluded"'
            detail = (
                f"the test {other.name!r} ran in {geo!r} from {other.window.start} to "
                f"{other.window.end}, within this test's window, and {geo!r} is {role}: two "
                f"effects cannot be told apart; read a window in which only one ran{hint}"
            )
            where = pointer("other_tests", place, "geos", number)
            yield Issue(where, "overlapping_tests", detail)
