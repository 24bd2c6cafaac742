"""Coefficients of holidays, of the weeks around them, and of events: how many, and how wide."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmm.posterior.fitted import load_model, save_model
from mmm.priors.coefficients import CoefficientVector, coefficient_vectors
from mmm.priors.coords import coords
from mmm.priors.sample import prior_draws
from mmm.priors.table import BEFORE_WIDE_FEASTS, PRIORS, WIDE_FEASTS, prior_of
from tests.mmm.fakes import RICH, fake_model

WINDOW = {"country": "DE", "names": ["Christmas Day", "Labor Day"], "weeks_before": 2}
EVENTS = [{"name": "promo", "column": "promo"}, {"name": "strike", "weeks": ["2022-03-07"]}]


def vector_of(document: dict[str, Any], name: str) -> CoefficientVector:
    design = fake_model(document, draws=1).design
    return next(item for item in coefficient_vectors(design) if item.name == name)


def test_each_week_of_a_window_is_a_coefficient_with_a_label_and_a_column() -> None:
    design = fake_model({**RICH, "holidays": WINDOW}, draws=1).design
    names = ["Christmas Day", "Labor Day"]
    expected = [
        *names,
        *(f"{name}, 2 weeks before" for name in names),
        *(f"{name}, 1 week before" for name in names),
    ]
    assert coords(design)["holiday_name"] == expected
    assert design.basis["holiday"].shape == (6, 60)


def test_all_weeks_of_all_windows_share_one_standard_deviation() -> None:
    vector = vector_of({**RICH, "holidays": WINDOW}, "holiday")
    assert (vector.size, vector.pooled) == (6, "holiday_sd")
    sd = vector.sd({"holiday_sd": np.array([0.5, 2.0])})
    np.testing.assert_array_equal(sd, np.repeat([[0.5], [2.0]], 6, axis=1))


def test_a_specification_without_windows_has_the_holidays_alone() -> None:
    document = {**RICH, "holidays": {"country": "DE"}}
    model = fake_model(document, draws=1)
    assert coords(model.design)["holiday_name"] == list(model.scales.holidays)
    none = {**document, "holidays": {"country": "DE", "weeks_before": 0, "weeks_after": 0}}
    assert fake_model(none, draws=1).spec == model.spec


def test_a_stored_model_keeps_its_windows(tmp_path: Path) -> None:
    model = fake_model({**RICH, "holidays": WINDOW}, draws=3)
    save_model(model, tmp_path / "model.nc")
    loaded = load_model(tmp_path / "model.nc")
    assert loaded.spec == model.spec
    np.testing.assert_array_equal(loaded.design.basis["holiday"], model.design.basis["holiday"])
    stored, drawn = (each.posterior.draws["holiday"] for each in (loaded, model))
    np.testing.assert_array_equal(stored, drawn)


def test_several_events_share_a_learned_standard_deviation() -> None:
    several = vector_of({**RICH, "events": EVENTS}, "event_effect")
    assert (several.mean, several.pooled) == (0.0, "event_sd")
    alone = vector_of({**RICH, "events": EVENTS[:1]}, "event_effect")
    assert (alone.mean, alone.fixed, alone.pooled) == (0.0, 1.0, None)


@pytest.mark.parametrize("events", [EVENTS, EVENTS[:1]])
def test_models_of_former_generations_keep_priors_of_holidays_and_events(
    events: list[dict[str, Any]], tmp_path: Path
) -> None:
    document = {**RICH, "events": events, "holidays": {"country": "DE"}}
    model = fake_model(document, draws=3)
    for generation in (1, 2):
        former = replace(model.design, scales=replace(model.scales, defaults=generation))
        save_model(replace(model, design=former), tmp_path / "model.nc")
        design = load_model(tmp_path / "model.nc").design
        by_name = {item.name: item for item in coefficient_vectors(design)}
        event = by_name["event_effect"]
        assert (event.mean, event.fixed, event.pooled) == (0.0, 0.2, None)
        drawn = prior_draws(design, 4_000, 0)
        assert "event_sd" not in drawn
        sd = np.abs(drawn["holiday_sd"]).mean() / np.sqrt(2.0 / np.pi)
        assert sd == pytest.approx(0.1, rel=0.05)  # a standard error is 1.2 %


@pytest.mark.parametrize("name", ["holiday", "event_effect"])
def test_effects_reach_seasonal_goods_and_stay_small_for_most(name: str) -> None:
    """|z z'| of two standard normals: median 0.365, and 6.2 % beyond two."""
    document = {**RICH, "events": EVENTS, "holidays": {"country": "DE"}}
    drawn = prior_draws(fake_model(document, draws=1).design, 20_000, 0)
    size = np.abs(drawn[name].to_numpy()[0, :, 0])
    assert np.median(size) == pytest.approx(0.365, rel=0.04)
    assert (size > 2.0).mean() == pytest.approx(0.062, abs=0.007)  # four standard errors


def test_entries_of_former_generations_differ_from_those_of_today() -> None:
    assert set(BEFORE_WIDE_FEASTS) <= set(PRIORS)
    for name, former in BEFORE_WIDE_FEASTS.items():
        assert prior_of(name, WIDE_FEASTS - 1) == former != prior_of(name) == PRIORS[name]
