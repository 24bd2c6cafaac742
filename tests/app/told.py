"""A plan as it is told, without a model: for what draws it, and for what must not break on it."""

from datetime import UTC, date, datetime
from typing import Any

from app.contract.sharing.told_plan import ToldChannel, ToldGrade, ToldPlan, ToldTest, ToldTime
from mmm.interval import Interval

HOSTILE = "<img src=x onerror=\"document.title='taken'\">"
GRADES = {
    "tested": "Tested",
    "seen": "Seen in the data",
    "coincidence": "Could be coincidence",
    "too_small": "Too small to measure",
    "do_not_use": "Do not use",
}


def interval(mean: float) -> Interval:
    return Interval(mean=mean, p5=0.4 * mean, p50=mean, p95=1.7 * mean)


def told_channel(name: str, today: float, plan: float, **changes: Any) -> ToldChannel:
    values: dict[str, Any] = {
        "name": name,
        "group": "do_now" if plan != today else "hold",
        "today": today,
        "plan": plan,
        "now": plan,
        "per_unit": interval(0.56789),
        "grade": ToldGrade(grade="seen", label=GRADES["seen"]),
        "test": None,
        "beyond": False,
    }
    return ToldChannel(**{**values, **changes})


def told_plan(**changes: Any) -> ToldPlan:
    """Three channels, one in each group, unless told otherwise."""
    channels = (
        told_channel("social", 120_026.33, 178_897.8),
        told_channel("search", 145_624.14, 86_752.67, group="do_now"),
        told_channel(
            "video", 18_867.1, 18_867.1, group="test_first", test=ToldTest(to=71_154.7, worth=7138)
        ),
        told_channel("tv", 172_673.2, 172_673.2),
    )
    channels = changes.pop("channels", channels)
    values: dict[str, Any] = {
        "name": "First quarter",
        "start": date(2024, 12, 30),
        "end": date(2025, 3, 30),
        "currency": "EUR",
        "counted": "profit",
        "in_money": True,
        "reference": "last_year",
        "total": sum(each.plan for each in channels),
        "today": sum(each.today for each in channels),
        "extra": interval(47_026.3),
        "by_time": ToldTime(inside=interval(40_019.7), later=interval(7_006.6)),
        "chances_in_20": 17,
        "second": 0.9925,
        "channels": channels,
        "assumed": ("After 23 Dec 2024, held at the last value: price.",),
        "standing": "ready",
        "told_at": datetime(2026, 11, 30, tzinfo=UTC),
    }
    return ToldPlan(**{**values, **changes})
