"""Owned and organic media: an effect like that of any channel, no return, and no place in a plan.

Each is compared with the same model in which the medium is paid for.
"""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from mmm.attribution.contributions import contributions
from mmm.attribution.response_curves import response_curves
from mmm.attribution.weeks import observed_weeks
from mmm.counterfactual.reference import ReferenceChoice, reference_plan
from mmm.data.design import design_of
from mmm.errors import QueryError, SpecError
from mmm.plan.assumptions import Assumptions
from mmm.plan.horizon import Horizon
from mmm.plan.phasing import Granularity
from mmm.plan.response import plan_response
from mmm.posterior.fitted import FittedModel
from mmm.refit.quantities import quantities
from mmm.spec.model import parse_spec
from optimizer import allocate, read_problem
from tests.mmm.fakes import RICH, fake_model, panel_spec

LOG = {**RICH, "kpi": {**RICH["kpi"], "likelihood": "lognormal"}}
MEDIATED = {
    **RICH,
    "mediators": [{"name": "queries", "column": "queries", "parents": ["tv", "search"]}],
}
CASES = [
    pytest.param(RICH, 1, Granularity(), id="channels"),
    pytest.param(RICH, 2, Granularity(), id="geos"),
    pytest.param(RICH, 1, Granularity(weeks="optimised"), id="weeks"),
    pytest.param(LOG, 1, Granularity(), id="log link"),
    pytest.param(MEDIATED, 1, Granularity(), id="mediator"),
]


def both(document: dict, geos: int = 1) -> tuple[FittedModel, FittedModel]:
    """A model whose search is paid for, and one with the same draws in which it is free."""
    paid = fake_model(document, geos=geos, draws=8)
    channels = [
        {**channel, "cost": "none"} if channel["name"] == "search" else channel
        for channel in document["channels"]
    ]
    spec = panel_spec({**document, "channels": channels}, geos)
    free = replace(paid, design=design_of(spec, paid.panel))
    return paid, free


def response_of(model: FittedModel, granularity: Granularity = Granularity()):  # noqa: B008
    coming = Horizon(start=model.panel.weeks[-1] + timedelta(weeks=1), weeks=5)
    going_on = Assumptions(after="continue")
    return plan_response(model, coming, assumed=going_on, granularity=granularity)


@pytest.mark.parametrize(("document", "geos", "granularity"), CASES)
def test_a_plan_is_worth_what_it_adds_while_owned_media_go_on(document, geos, granularity):
    paid, free = both(document, geos)
    one, other = response_of(paid, granularity), response_of(free, granularity)
    assert other.channels == ("tv", "radio", "mail")
    decided = np.array([cell.channel != "search" for cell in one.cells])
    spend = one.current * np.linspace(0.5, 1.5, one.current.size)
    held = one.current * ~decided
    np.testing.assert_allclose(other.current, one.current[decided])
    np.testing.assert_allclose(
        other.draws(spend[decided]),
        one.draws(np.where(decided, spend, held)) - one.draws(held),
        rtol=1e-6,
    )
    np.testing.assert_allclose(
        other.outcome(spend[decided]), one.outcome(np.where(decided, spend, held)), rtol=1e-9
    )
    np.testing.assert_allclose(
        other.jacobian(spend[decided]),
        one.jacobian(np.where(decided, spend, held))[:, decided],
        rtol=1e-6,
    )
    assert any("search" in w and "no part of the plan" in w for w in other.warnings)


def test_a_plan_neither_names_nor_moves_them():
    _, free = both(RICH)
    response = response_of(free)
    problem = read_problem({"budget": {"total": float(response.current.sum())}, "stay": False})
    found = allocate(problem, response, response.current)
    assert response.named(found.spend).keys() == {"tv", "radio", "mail"}
    assert response.region.by_channel.keys() == {"tv", "radio", "mail"}
    assert response.last_observed.keys() == {"tv", "radio", "mail"}


def test_amounts_of_money_for_them_are_refused():
    _, free = both(RICH)
    choice = ReferenceChoice("given", {"tv": 1.0, "radio": 1.0, "mail": 1.0, "search": 1.0})
    with pytest.raises(QueryError, match="has no cost"):
        reference_plan(free, 4, choice)


def test_they_contribute_without_a_return():
    paid, free = both(RICH)
    before, after = contributions(paid), contributions(free)
    assert after.components == before.components
    search = after.channels[1]
    assert (search.spend, search.roi, search.marginal_roi) == (None, None, None)
    assert search.contribution == before.channels[1].contribution
    assert after.channels[0] == before.channels[0]
    assert [curve.cost for curve in response_curves(free).channels] == [
        *("spend", "none", "spend", "spend")
    ]
    assert observed_weeks(free).weeks[0].spend.keys() == {"tv", "radio", "mail"}
    assert ("roi", "search") not in quantities(free)
    assert ("contribution", "search") in quantities(free)


@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ({"exposure": "search_clicks"}, "no exposure"),
        ({"prior": {"roi": {"median": 1.0, "p95": 3.0}}}, "no roi"),
    ],
)
def test_what_needs_a_cost_is_refused(channel, words):
    owned = {"name": "mail", "column": "mail_spend", "cost": "none", **channel}
    with pytest.raises(SpecError, match=words):
        parse_spec({**RICH, "channels": [owned]})


def test_a_model_of_owned_media_alone_has_nothing_to_plan():
    channels = [{**channel, "cost": "none"} for channel in RICH["channels"]]
    model = fake_model({**RICH, "channels": channels})
    with pytest.raises(QueryError, match="nothing to plan"):
        response_of(model)
    assert all(channel.roi is None for channel in contributions(model).channels)
