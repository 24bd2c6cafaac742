"""The linear view: partial regressions by the inverse agree with regressions carried out."""

from datetime import date, timedelta

import numpy as np
import pytest

from mmm.causal.effect_regression import EffectRegressions
from mmm.evidence.constancy import drift, effective_weeks
from mmm.evidence.findings import LARGEST_SEASON
from mmm.evidence.linear_view import LinearView
from mmm.evidence.overlap import partners, same_weeks_of_other_years, season_overlap

WEEKS = 160


def view_of(
    effects: dict[str, np.ndarray], held: dict[str, np.ndarray], kpi: np.ndarray
) -> LinearView:
    """A view on weekly series: what a national model gives."""
    blocks = {name: values[None] for name, values in effects.items()} | held
    regressions = EffectRegressions(
        own={name: values[None] for name, values in effects.items()},
        moves=effects,
        rest={},
        held=blocks,
        kpi=kpi,
        residual=np.zeros_like(kpi),
    )
    start = date(2022, 1, 3)
    return LinearView(regressions, tuple(start + timedelta(weeks=t) for t in range(len(kpi))), 1)


def simulated(seed: int, later: float = 1.0, noise: float = 0.2) -> LinearView:
    """Two channels and a trend; the effect of tv is ``later`` times as large in the second half."""
    rng = np.random.default_rng(seed)
    time = np.linspace(-1.0, 1.0, WEEKS)
    tv, radio = rng.gamma(2.0, 0.5, WEEKS), rng.gamma(2.0, 0.3, WEEKS)
    held = {"level": np.ones((1, WEEKS)), "trend": time[None]}
    size = np.where(time < 0.0, 1.0, later)
    kpi = 5.0 + time + size * tv + radio + noise * rng.standard_normal(WEEKS)
    return view_of({"tv": tv, "radio": radio}, held, kpi)


def test_the_strength_is_the_least_squares_coefficient() -> None:
    view = simulated(1)
    columns = np.column_stack([block.T for block in view.regressions.held.values()])
    coefficients, squares, rank, _ = np.linalg.lstsq(columns, view.regressions.kpi)
    variance = squares[0] / (WEEKS - rank)
    errors = np.sqrt(np.diag(np.linalg.inv(columns.T @ columns)) * variance)
    for position, lever in enumerate(("tv", "radio")):
        estimate = view.strength(lever)
        assert estimate.value == pytest.approx(coefficients[position], rel=1e-9)
        assert estimate.se == pytest.approx(errors[position], rel=1e-9)


def test_an_added_column_is_that_of_the_larger_regression() -> None:
    view = simulated(2)
    extra = np.random.default_rng(0).standard_normal(WEEKS)
    columns = np.column_stack([*[b.T for b in view.regressions.held.values()], extra])
    expected = np.linalg.lstsq(columns, view.regressions.kpi)[0][-1]
    assert view.added(extra).value == pytest.approx(expected, rel=1e-9)


def test_a_column_that_the_others_explain_says_nothing() -> None:
    view = simulated(3)
    assert view.added(view.mean_effect("tv")) == (0.0, 0.0)


def test_a_pair_that_cannot_be_told_apart_is_known_together() -> None:
    rng = np.random.default_rng(4)
    tv = rng.gamma(2.0, 0.5, WEEKS)
    radio = 0.5 * tv * np.exp(0.01 * rng.standard_normal(WEEKS))
    kpi = 5.0 + tv + radio + 0.2 * rng.standard_normal(WEEKS)
    view = view_of({"tv": tv, "radio": radio}, {"level": np.ones((1, WEEKS))}, kpi)
    assert view.strength("tv").se > 0.5
    joint = view.joint_strength("tv", "radio")
    assert joint.value == pytest.approx(1.0, abs=4.0 * joint.se)
    assert joint.t > 10.0
    assert partners(view)["tv"].name == "radio"
    assert partners(view)["tv"].share > 0.95


def test_what_changes_without_a_column_is_what_overlaps_with_it() -> None:
    rng = np.random.default_rng(5)
    tv = rng.gamma(2.0, 0.5, WEEKS)
    radio = tv + 0.5 * rng.standard_normal(WEEKS)
    apart = rng.gamma(2.0, 0.5, WEEKS)
    kpi = 3.0 + tv + radio + apart + 0.2 * rng.standard_normal(WEEKS)
    effects = {"tv": tv, "radio": radio, "apart": apart}
    view = view_of(effects, {"level": np.ones((1, WEEKS))}, kpi)
    assert "tv" in view.changed_without("radio")


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_an_effect_that_falls_is_seen_to_drift_and_by_how_much(seed: int) -> None:
    found = drift(simulated(seed, later=0.5), "tv")
    assert found is not None
    assert found.p_value < 1e-4
    first, second = found.halves
    assert first.strength == pytest.approx(1.0, abs=4.0 * first.se)
    assert second.strength == pytest.approx(0.5, abs=4.0 * second.se)


def test_the_test_of_drift_keeps_its_level() -> None:
    found = [drift(simulated(seed), "tv") for seed in range(300)]
    share = np.mean([each.p_value < 0.05 for each in found if each])
    assert 0.02 < share < 0.09


def test_an_effect_of_three_weeks_rests_on_three_weeks() -> None:
    rng = np.random.default_rng(6)
    pulses = np.zeros(WEEKS)
    pulses[[20, 70, 120]] = 1.0
    kpi = 5.0 + pulses + 0.1 * rng.standard_normal(WEEKS)
    view = view_of({"tv": pulses}, {"level": np.ones((1, WEEKS))}, kpi)
    assert effective_weeks(view, "tv") == pytest.approx(3.0, abs=0.3)


def test_a_channel_that_is_on_in_one_season_moves_with_the_calendar() -> None:
    rng = np.random.default_rng(7)
    week = np.arange(WEEKS)
    christmas = (week % 52 > 46).astype(float) * (1.0 + 0.1 * rng.standard_normal(WEEKS))
    free = rng.gamma(2.0, 0.5, WEEKS)
    kpi = 5.0 + christmas + free + 0.1 * rng.standard_normal(WEEKS)
    view = view_of({"drops": christmas, "tv": free}, {"level": np.ones((1, WEEKS))}, kpi)
    seasonal, unrelated = season_overlap(view, "drops"), season_overlap(view, "tv")
    assert seasonal is not None
    assert unrelated is not None
    assert seasonal > LARGEST_SEASON
    assert unrelated < 0.2


def test_less_than_two_years_know_no_season() -> None:
    rng = np.random.default_rng(8)
    effect = rng.gamma(2.0, 0.5, 90)
    view = view_of({"tv": effect}, {"level": np.ones((1, 90))}, effect)
    assert season_overlap(view, "tv") is None


def test_the_same_weeks_of_other_years_leave_the_own_year_out() -> None:
    values = np.zeros(WEEKS)
    values[10] = 1.0
    usual = same_weeks_of_other_years(values)
    assert usual[10] == 0.0
    assert usual[62] > 0.0
