"""Breaks of the level and stretches that are off are found, named, and not invented."""

import numpy as np
import pytest

from mmm.evidence.unexplained_weeks import unexplained_weeks
from tests.mmm.evidence.test_linear_view import WEEKS, view_of

LEVEL = 0.01


def scanned(noise: np.ndarray, departure: np.ndarray):
    rng = np.random.default_rng(0)
    tv = rng.gamma(2.0, 0.3, WEEKS)
    time = np.linspace(-1.0, 1.0, WEEKS)
    held = {"level": np.ones((1, WEEKS)), "trend": time[None]}
    view = view_of({"tv": tv}, held, 5.0 + tv + noise + departure)
    return [*unexplained_weeks(view, LEVEL)]


def test_six_weeks_at_half_the_sales_are_named() -> None:
    departure = np.zeros(WEEKS)
    departure[60:66] = -2.5
    found = scanned(0.15 * np.random.default_rng(1).standard_normal(WEEKS), departure)
    first = found[0]
    assert first.kind == "stretch"
    assert (first.start.isoformat(), first.end.isoformat()) == ("2023-02-27", "2023-04-03")
    assert first.size == pytest.approx(-0.45, abs=0.08)
    assert "2023-02-27 to 2023-04-03" in first.detail
    assert "below" in first.detail


def test_a_level_that_breaks_once_is_a_step() -> None:
    departure = np.where(np.arange(WEEKS) >= 90, -0.9, 0.0)
    found = scanned(0.15 * np.random.default_rng(2).standard_normal(WEEKS), departure)
    assert found[0].kind == "step"
    assert abs((found[0].start - found[0].end).days) // 7 == WEEKS - 91


@pytest.mark.parametrize("kind", ["normal", "heavy tails", "remembers"])
def test_noise_without_a_break_is_left_alone(kind: str) -> None:
    """At the level of 1 % a break is found in at most 6 of 100 series (chance below 1e-3)."""
    count = 0
    for seed in range(100):
        rng = np.random.default_rng([seed, 7])
        noise = rng.standard_normal(WEEKS)
        if kind == "heavy tails":
            noise = rng.standard_t(4, WEEKS)
        if kind == "remembers":
            for week in range(1, WEEKS):
                noise[week] += 0.5 * noise[week - 1]
        count += bool(scanned(0.15 * noise, np.zeros(WEEKS)))
    assert count <= 6


def test_a_short_history_is_not_scanned() -> None:
    rng = np.random.default_rng(3)
    view = view_of({"tv": rng.gamma(2.0, 0.3, 30)}, {"level": np.ones((1, 30))}, np.ones(30))
    assert [*unexplained_weeks(view, LEVEL)] == []
