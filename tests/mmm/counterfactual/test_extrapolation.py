"""What lies beyond the data is named: interventions out of range, curves past the largest spend."""

import pytest

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from tests.mmm.fakes import fake_model
from tests.mmm.model.test_graph_and_arrays import MEDIATED


def ask(model, do):
    weeks = model.panel.weeks
    window = {"start": weeks[30], "end": weeks[40]}
    return answer(model, Counterfactual.model_validate({"window": window, "do": [do]}))


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"variable": "price", "set": 25.0}, "price from 25 to 25 goes beyond the observed {}"),
        ({"variable": "queries", "set": 999.0}, "queries from 999 to 999 goes beyond the observed"),
        ({"variable": "promo", "set": 3.0}, "promo from 3 to 3 goes beyond the observed 0 to 1 in"),
        ({"variable": "demand", "add": 9.0}, "demand from "),
        ({"variable": "awareness", "add": 99.0}, "awareness from "),
    ],
)
def test_a_do_beyond_the_observed_range_is_flagged(action, words):
    model = fake_model(MEDIATED)
    seen = model.panel.array("price")
    found = ask(model, action)
    assert len(found.warnings) == 1
    assert (
        words.format(f"{seen.min():.6g} to {seen.max():.6g} in 11 of 11 weeks")
        in (found.warnings[0])
    )


@pytest.mark.parametrize("name", ["price", "queries", "demand", "tv"])
def test_a_do_within_the_observed_range_is_not(name):
    model = fake_model(MEDIATED)
    middle = {"price": 10.0, "queries": 200.0, "demand": 0.0, "tv": 20.0}
    assert ask(model, {"variable": name, "set": middle[name]}).warnings == ()


def test_a_geo_has_a_range_of_its_own():
    """What the large geo spends is more than the small one ever did."""
    model = fake_model(geos=2)
    most = model.panel.array("spend")[..., 0].max(0)
    (warning,) = ask(model, {"variable": "tv", "set": float(most[0] + 1.0)}).warnings
    assert warning.startswith(f"tv in r0 from {most[0] + 1:.6g}")
