"""What a question does to the variables: shifts in time, reactions, national spend; refusals."""

from dataclasses import replace

import numpy as np
import pytest

from mmm.counterfactual.answer import answer
from mmm.counterfactual.interventions import apply_interventions
from mmm.counterfactual.question import Counterfactual, Intervention
from mmm.counterfactual.variables import find_variable, read_values
from mmm.data.design import design_of
from mmm.data.timeline import weeks_after
from mmm.errors import QueryError
from mmm.plan.assumptions import Assumptions
from mmm.plan.horizon import Horizon
from mmm.plan.response import plan_response
from tests.mmm.fakes import RICH, fake_model, panel_spec
from tests.mmm.model.test_graph_and_arrays import MEDIATED

FIRST, LAST = 30, 40
TWO_RIVALS = {
    **RICH,
    "competitors": [
        {"name": "rival", "price": "rival_price", "spend": "rival_spend"},
        {"name": "other", "price": "radio_frequency"},
    ],
}
NATIONAL_TV = {
    **RICH,
    "channels": [{**RICH["channels"][0], "national": True}, *RICH["channels"][1:]],
}


def worlds(model, *dos):
    """The observed weeks as they were, under ``dos``, and the notes; a helper reads variables."""
    base, weeks = model.design.observed, model.panel.weeks
    found, notes = apply_interventions(
        model, base, [Intervention.model_validate(do) for do in dos], (weeks[FIRST], weeks[LAST])
    )

    def values(world, name):
        return read_values(world, find_variable(model, name, ""))

    return base, found, notes, values


def follow(variable, follows, share, **fields):
    policy = {"follows": follows, "share": share, "lag": fields.pop("lag", 0)}
    return {"variable": variable, "policy": policy, **fields}


@pytest.fixture(scope="module")
def model():
    return fake_model(TWO_RIVALS, geos=2, draws=8)


def test_a_rival_matches_60_percent_of_our_price_cut(model):
    cut = {"variable": "price", "scale": 0.9}
    base, found, _, values = worlds(model, follow("rival.price", "price", 0.6), cut)
    before, after = values(base, "rival.price"), values(found, "rival.price")
    np.testing.assert_allclose(after[FIRST : LAST + 1], before[FIRST : LAST + 1] * 0.94, rtol=1e-12)
    np.testing.assert_array_equal(after[:FIRST], before[:FIRST])
    np.testing.assert_array_equal(after[LAST + 1 :], before[LAST + 1 :])


def test_reactions_come_late_each_in_its_geo_and_one_after_another(model):
    """other.price follows rival.price (half, a week later), which follows our price (60 %)."""
    rise = {"variable": "price", "add": 1.0}
    chain = [follow("other.price", "rival.price", 0.5, lag=1), follow("rival.price", "price", 0.6)]
    base, found, notes, values = worlds(model, *chain, rise)
    relative = 0.5 * 0.6 * 1.0 / values(base, "price")
    ratio = values(found, "other.price") / values(base, "other.price") - 1.0
    np.testing.assert_allclose(ratio[FIRST + 1 : LAST + 1], relative[FIRST:LAST], rtol=1e-9)
    assert np.all(ratio[FIRST] == 0.0)
    assert notes == [
        "the reaction of other.price to the last 1 weeks comes after its range and is not counted"
    ]


def test_a_policy_multiplies_a_plain_action(model):
    plain, cut = {"variable": "rival.price", "set": 10.0}, {"variable": "price", "scale": 0.8}
    _, found, _, values = worlds(model, follow("rival.price", "price", 1.0), plain, cut)
    np.testing.assert_allclose(values(found, "rival.price")[FIRST : LAST + 1], 8.0, rtol=1e-12)


def test_a_mediator_reacts_and_what_stands_still_moves_nothing():
    model = fake_model(MEDIATED)
    cut = {"variable": "price", "scale": 0.9}
    base, found, _, _ = worlds(model, follow("queries", "price", -2.0), cut)
    np.testing.assert_allclose(found.mediator_factor[FIRST : LAST + 1, :, 1], 1.2)
    base, found, _, values = worlds(model, follow("rival.price", "price", 0.6))
    np.testing.assert_array_equal(values(found, "rival.price"), values(base, "rival.price"))


def test_the_reaction_has_a_row_of_its_own(model):
    weeks = model.panel.weeks
    window = {"start": weeks[FIRST], "end": weeks[LAST]}
    cut, matched = {"variable": "price", "scale": 0.9}, {"variable": "rival.price", "scale": 0.94}
    asked, by_hand = (
        answer(model, Counterfactual.model_validate({"window": window, "do": [cut, second]}))
        for second in (follow("rival.price", "price", 0.6), matched)
    )
    assert [row.path[0] for row in asked.by_path] == ["price", "rival.price", "interaction"]
    assert asked.effect.mean == pytest.approx(by_hand.effect.mean, rel=1e-12)
    for row, other in zip(asked.by_path, by_hand.by_path, strict=True):
        assert row.effect.mean == pytest.approx(other.effect.mean, rel=1e-9)
    assert asked.by_path[1].effect.mean < 0.0 < asked.by_path[0].effect.mean


@pytest.mark.parametrize("by", [2, -3])
def test_a_flight_moves_and_leaves_nothing_behind(model, by):
    base, found, notes, values = worlds(model, {"variable": "tv", "shift": by})
    before, after = values(base, "tv"), values(found, "tv")
    inside, moved = before[FIRST : LAST + 1], after[FIRST : LAST + 1]
    if by > 0:
        np.testing.assert_array_equal(moved[by:], inside[:-by])
        assert np.all(moved[:by] == 0.0)
    else:
        np.testing.assert_array_equal(moved[:by], inside[-by:])
        assert np.all(moved[by:] == 0.0)
    np.testing.assert_array_equal(np.delete(after, np.s_[FIRST : LAST + 1], 0),
                                  np.delete(before, np.s_[FIRST : LAST + 1], 0))  # fmt: skip
    lost = before.sum() - after.sum()
    way = "later" if by > 0 else "earlier"
    assert notes == [
        f"tv moves {abs(by)} weeks {way}: the gap is filled with zero, and {lost:,.6g} falls out "
        "of the range"
    ]


def test_a_price_path_that_moves_leaves_the_price_beside_it(model):
    base, found, notes, values = worlds(model, {"variable": "price", "shift": 2})
    before, after = values(base, "price"), values(found, "price")
    np.testing.assert_array_equal(after[FIRST + 2 : LAST + 1], before[FIRST : LAST - 1])
    np.testing.assert_array_equal(after[FIRST : FIRST + 2], np.stack([before[FIRST - 1]] * 2))
    assert notes == [
        "price moves 2 weeks later: the gap is filled with its value in the week before the range"
    ]


def test_national_spend_is_given_once_and_shared_by_population():
    """Two geos of 1,000 and 2,000 people: a third and two thirds."""
    model = fake_model(geos=2, draws=1)
    spec = panel_spec(NATIONAL_TV, 2)
    model = replace(model, design=design_of(spec, model.panel, model.scales))
    _, found, _, values = worlds(model, {"variable": "tv", "set": 300.0})
    np.testing.assert_allclose(values(found, "tv")[FIRST : LAST + 1], [[100.0, 200.0]] * 11)
    base, found, _, values = worlds(model, {"variable": "tv", "add": 30.0})
    added = (values(found, "tv") - values(base, "tv"))[FIRST]
    np.testing.assert_allclose(added, [10.0, 20.0])


REFUSED = {
    "no such variable": ([follow("rival.price", "prize", 1.0)], "/do/0/policy/follows", "'prize'"),
    "feedback": ([follow("tv", "kpi", 0.5)], "/do/0/policy/follows", "differ between draws"),
    "itself": ([follow("price", "price", 0.5)], "/do/0/policy/follows", "price -> price"),
    "circle": (
        [
            {"variable": "tv", "scale": 2.0},
            follow("price", "rival.price", 0.5),
            follow("rival.price", "price", 0.5),
        ],
        "/do/1/policy/follows",
        "form a cycle: ",
    ),
    "price below zero": (
        [{"variable": "price", "scale": 0.5}, follow("rival.price", "price", 3.0)],
        "/do/1",
        "rival.price would be -",
    ),
    "spend below zero": (
        [{"variable": "price", "scale": 0.5}, follow("rival.spend", "price", 3.0)],
        "/do/1",
        "rival.spend would be -",
    ),
    "outside the window": (
        [follow("rival.price", "price", 0.5, start="2022-01-10", end="2022-01-17")],
        "/do/0",
        "2022-01-10 to 2022-01-17 is not within",
    ),
    "shift too long": (
        [{"variable": "tv", "shift": 11}],
        "/do/0/shift",
        "a shift of 11 weeks in a range of 11",
    ),
}


@pytest.mark.parametrize(("do", "pointer", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_done_is_refused_by_name(model, do, pointer, words):
    with pytest.raises(QueryError) as caught:
        worlds(model, *do)
    assert caught.value.issues[0].pointer == pointer
    assert words in caught.value.issues[0].detail


def test_a_reaction_to_spend_that_starts_from_zero_is_refused(model):
    """tv pauses in some weeks: there a relative change does not exist."""
    more = {"variable": "tv", "add": 5.0}
    with pytest.raises(QueryError, match="tv is zero in the week of 2022-"):
        worlds(model, more, follow("rival.spend", "tv", 1.0))
    doubled = {"variable": "tv", "scale": 2.0}
    base, found, _, values = worlds(model, doubled, follow("rival.spend", "tv", 1.0))
    rise = values(found, "rival.spend")[FIRST:LAST] / values(base, "rival.spend")[FIRST:LAST]
    on = values(base, "tv")[FIRST:LAST] > 0.0
    np.testing.assert_allclose(rise[on], 2.0)
    np.testing.assert_allclose(rise[~on], 1.0)


@pytest.mark.parametrize(
    ("do", "pointer"),
    [
        ({"variable": "queries", "shift": 2}, "/do/0/shift"),
        (follow("tv", "queries", 0.5), "/do/0/policy/follows"),
    ],
)
def test_mediators_are_neither_shifted_nor_followed(do, pointer):
    with pytest.raises(QueryError, match="follows from its") as caught:
        worlds(fake_model(MEDIATED, draws=1), do)
    assert caught.value.issues[0].pointer == pointer


@pytest.mark.parametrize(
    "fields",
    [
        {"shift": 0},
        {"shift": 1.5},
        {"shift": 200},
        {"shift": 2, "scale": 0.0},
        {"policy": {"follows": "price"}},
        {"policy": {"follows": "price", "share": 1.0, "lag": -1}},
        {"policy": {"follows": "price", "share": float("nan")}},
        {},
    ],
)
def test_malformed_actions_are_refused(fields):
    with pytest.raises(ValueError, match="validation error"):
        Intervention.model_validate({"variable": "tv", **fields})


def test_a_plan_assumes_no_policy(model):
    start = weeks_after(model.panel.weeks[-1], 1)[0]
    assumed = Intervention.model_validate(follow("rival.price", "price", 0.6))
    with pytest.raises(QueryError, match="ask this as a counterfactual") as caught:
        plan_response(model, Horizon(start=start, weeks=4), assumed=Assumptions([assumed]))
    assert caught.value.issues[0].pointer == "/assume/0/policy"
