"""Models of an older generation of default priors say so, where newer ones would change them."""

from dataclasses import replace

import pytest

from mmm.checks.assess import assess
from mmm.data.scales import DEFAULTS
from mmm.posterior.fitted import FittedModel
from mmm.posterior.older_defaults import older_defaults_note
from mmm.refit.stability import stability
from tests.mmm.fakes import RICH, fake_model


def aged(model: FittedModel, generation: int = 1) -> FittedModel:
    """``model`` as a release with an older generation of default priors would have fitted it."""
    scales = replace(model.scales, defaults=generation)
    return replace(model, design=replace(model.design, scales=scales))


def stated(*names: str) -> dict:
    """``RICH`` with an effect that is stated for the channels ``names``."""
    belief = {"prior": {"roi": {"median": 1.0, "p95": 3.0}}}
    channels = [{**each, **(belief if each["name"] in names else {})} for each in RICH["channels"]]
    return {**RICH, "channels": channels}


def test_a_refit_of_an_older_model_offers_the_newer_defaults_as_a_rival() -> None:
    model = aged(fake_model())
    note = older_defaults_note(model)
    assert note is not None
    assert "tv, search, radio, mail keep the default priors" in note
    assert "generation 1" in note
    assert f"generation {DEFAULTS}" in note
    assert "fit the same specification anew" in note
    assert note in assess(model, 0).notes
    assert note in stability(model, model).notes


def test_only_channels_without_a_stated_effect_have_other_defaults() -> None:
    note = older_defaults_note(aged(fake_model(stated("tv", "radio"))))
    assert note is not None
    assert note.startswith("the effects of search, mail keep")


def test_events_and_holidays_have_other_defaults_since_the_third_generation() -> None:
    feasts = {
        "events": [{"name": "promo", "column": "promo"}],
        "holidays": {"country": "DE"},
    }
    note = older_defaults_note(aged(fake_model({**RICH, **feasts}), 2))
    assert note is not None
    assert note.startswith("the effects of promo, holidays keep")
    assert "generation 2" in note


@pytest.mark.parametrize(
    "model",
    [
        fake_model(),
        aged(fake_model(stated("tv", "search", "radio", "mail"))),
        aged(fake_model(), 2),
    ],
    ids=["current", "all stated", "neither events nor holidays"],
)
def test_where_newer_defaults_change_nothing_nothing_is_said(model: FittedModel) -> None:
    assert older_defaults_note(model) is None
    assert stability(model, model).notes == ()
