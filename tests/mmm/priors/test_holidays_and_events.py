"""Coefficients of holidays, of the weeks around them, and of events: how many, and how wide."""

from pathlib import Path
from typing import Any

import numpy as np

from mmm.posterior.fitted import load_model, save_model
from mmm.priors.coefficients import CoefficientVector, coefficient_vectors
from mmm.priors.coords import coords
from tests.mmm.fakes import RICH, fake_model

WINDOW = {"country": "DE", "names": ["Christmas Day", "Labor Day"], "weeks_before": 2}


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
