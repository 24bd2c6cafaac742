"""A question whose world leaves what was ever sold far behind is refused, with the numbers."""

import numpy as np
import pytest

from mmm.counterfactual.answer import answer
from mmm.counterfactual.plausible import LARGEST_TIMES
from mmm.counterfactual.question import Counterfactual
from mmm.errors import QueryError
from tests.mmm.fakes import fake_model


def asked(model, **fields):
    weeks = model.panel.weeks
    window = {"start": weeks[-8], "end": weeks[-1]}
    return answer(model, Counterfactual.model_validate({"window": window, **fields}))


@pytest.mark.parametrize("kind", ["interventional", "counterfactual", "forecast"])
@pytest.mark.parametrize("price", [1e-11, 0.01])
def test_a_price_never_near_what_was_seen_is_refused_with_its_range(kind, price):
    model = fake_model()
    seen = model.panel.array("price")
    with pytest.raises(QueryError) as refused:
        asked(model, do=[{"variable": "price", "set": price}], kind=kind)
    issue = refused.value.issues[0]
    assert (issue.pointer, issue.code) == ("/do/0", "too_far")
    for number in (price, seen.min(), seen.max()):
        assert f"{number:,.6g}" in issue.detail
    assert f"{model.panel.array('kpi').max():,.4g}" in issue.detail


def test_the_furthest_of_several_causes_comes_first():
    do = [{"variable": "tv", "scale": 3.0}, {"variable": "price", "set": 1e-6}]
    with pytest.raises(QueryError) as refused:
        asked(fake_model(), do=[{**each} for each in reversed(do)])
    assert [issue.pointer for issue in refused.value.issues][-1] in {"/do/0", "/do/1"}
    assert all(issue.code == "too_far" for issue in refused.value.issues)


def test_a_future_too_far_away_is_refused_at_its_place():
    model = fake_model()
    start = model.panel.weeks[-1]
    body = {
        "window": {"start": start, "end": start + (start - model.panel.weeks[-3])},
        "do": [{"variable": "tv", "scale": 0.5}],
        "future": {"price": [1e-6, 1e-6]},
    }
    with pytest.raises(QueryError) as refused:
        answer(model, Counterfactual.model_validate(body))
    assert "/future/price" in [issue.pointer for issue in refused.value.issues]


def test_a_moderate_answer_beyond_the_range_keeps_its_warning():
    model = fake_model()
    told = asked(model, do=[{"variable": "price", "set": 12.0}])
    assert any("goes beyond the observed" in line for line in told.warnings)
    most = LARGEST_TIMES * model.panel.array("kpi").max()
    assert max(abs(week.scenario.mean) for week in told.by_week) <= most
    assert np.isfinite(told.effect.mean)
