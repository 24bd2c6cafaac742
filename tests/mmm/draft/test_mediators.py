"""What lies between media and sales is a mediator where its values agree, and named otherwise."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmm.draft import draft_model
from mmm.types import Array
from tests.mmm.draft.tables import WEEKS, Numbers, checked, reason, roles, shop, weekly


def moved_by(spend: Array, n: Numbers, size: float = 1.0) -> Array:
    """Numbers that rise with a spend of this week and the last ones."""
    carried = np.convolve(spend, [1.0, 0.5, 0.25])[:WEEKS]
    moved = 2000.0 + size * carried / spend.mean() * 500.0 + 150.0 * n.signed()
    return np.asarray(np.round(moved))


def with_searches(**more: object) -> pd.DataFrame:
    """A shop whose brand searches its tv moves."""
    frame = shop(**more)
    tv = frame["tv_spend"].to_numpy(float)
    return frame.assign(brand_searches=moved_by(tv, Numbers(31)))


@pytest.mark.parametrize(
    "name", ["brand_searches", "Website visits", "Besucher", "app_installs", "leads", "awareness"]
)
def test_what_moves_with_media_is_a_mediator_with_its_parents(name: str) -> None:
    frame = with_searches().rename(columns={"brand_searches": name})
    assert roles(frame)[name] == "mediator"
    assert "it moves with 'tv_spend' 0." in reason(frame, name)
    spec = checked(frame)
    (mediator,) = spec.mediators
    assert (mediator.column, mediator.parents) == (name, ("tv_spend",))
    question = next(q for q in draft_model(frame).questions if q.field == "/mediators/0")
    assert (question.options, question.chosen) == (("mediator", "demand", "not used"), "mediator")


def test_what_moves_with_no_channel_is_left_out_and_asked() -> None:
    frame = shop(visits=np.round(Numbers(32).around(5000.0, 0.1)))
    assert roles(frame)["visits"] == "not_used"
    assert "no channel moves with it more than by chance" in reason(frame, "visits")
    assert "/mediators" in {question.field for question in draft_model(frame).questions}
    assert not checked(frame).mediators


def test_what_follows_sales_is_told_as_that() -> None:
    frame = shop()
    sales = frame["revenue"].to_numpy(float)
    late = np.concatenate([sales[:1], sales[:-1]]) / 50.0 + 20.0 * Numbers(33).signed()
    frame = frame.assign(repeat_visits=np.round(late))
    assert roles(frame)["repeat_visits"] == "follows_sales"
    assert "it follows 'revenue' by 1 week (correlation 0.9" in reason(frame, "repeat_visits")


def test_a_constant_ratio_to_sales_follows_from_them() -> None:
    frame = shop()
    frame = frame.assign(sessions=np.round(frame["revenue"].to_numpy(float) / 3.0))
    assert roles(frame)["sessions"] == "follows_sales"


def test_paid_search_is_no_parent_of_searches_but_of_visits() -> None:
    n, frame = Numbers(34), shop()
    search = frame["search_spend"].to_numpy(float)
    assert roles(frame.assign(brand_queries=moved_by(search, n)))["brand_queries"] == "not_used"
    (mediator,) = checked(frame.assign(visits=moved_by(search, n))).mediators
    assert mediator.parents == ("search_spend",)


def test_a_tracker_by_quarter_or_month_may_have_empty_cells() -> None:
    frame = with_searches()
    known = np.arange(WEEKS) % 4 == 0
    frame = frame.assign(awareness=np.where(known, frame["brand_searches"], np.nan))
    frame = frame.drop(columns=["brand_searches"])
    assert roles(frame)["awareness"] == "mediator"
    assert f"known in {known.sum()} of {WEEKS} weeks" in reason(frame, "awareness")
    assert checked(frame).mediators[0].column == "awareness"


def test_leads_are_the_kpi_where_nothing_comes_after_them() -> None:
    n = Numbers(35)
    tv = n.spend(3000.0)
    frame = weekly({"leads": moved_by(tv, n), "visits": moved_by(tv, n), "tv_spend": tv})
    found = roles(frame)
    assert (found["leads"], found["visits"]) == ("kpi", "mediator")


def test_parents_have_the_names_that_channels_have() -> None:
    n = Numbers(36)
    first, second = n.spend(900.0), n.spend(800.0)
    frame = shop(**{"Meta / Ads": first, "Meta . Ads": second, "visits": moved_by(second, n)})
    (mediator,) = checked(frame).mediators
    assert mediator.parents == ("Meta Ads (2)",)


def test_without_sales_nothing_lies_on_the_way() -> None:
    n = Numbers(37)
    frame = weekly({"visits": n.around(50.0, 0.1), "tv_spend": n.spend(300.0)})
    assert roles(frame)["visits"] == "not_used"


def test_mediators_go_first_where_weeks_are_too_few() -> None:
    frame = with_searches(**{f"weather_{k}": Numbers(k).signed() for k in range(20)}).head(34)
    draft = draft_model(frame)
    assert "mediators" not in draft.model
    assert draft.model["controls"]


def test_noise_is_hardly_ever_a_mediator() -> None:
    """One correlation in 740 is beyond three standard errors by chance."""
    found = []
    for seed in range(40):
        n = Numbers(seed)
        frame = weekly({"revenue": n.revenue, "tv_spend": n.spend(5000.0), "visits": n.revenue})
        found.append(roles(frame.assign(visits=np.round(n.around(900.0, 0.2))))["visits"])
    assert found.count("not_used") >= 38


@given(st.integers(0, 5), st.floats(0.1, 1e4), st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_units_do_not_decide(seed: int, scale: float, level: int) -> None:
    frame = with_searches()
    moved = moved_by(frame["tv_spend"].to_numpy(float), Numbers(seed))
    one = roles(frame.assign(brand_searches=moved))["brand_searches"]
    two = roles(frame.assign(brand_searches=moved * scale + level))["brand_searches"]
    assert one == two == "mediator"
