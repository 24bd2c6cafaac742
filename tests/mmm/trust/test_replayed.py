"""Replayed histories: right p-values where the truth is known, and planted faults that are seen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mmm.data.panel import Panel
from mmm.posterior.trust.record import TrustRecord
from mmm.simulate.replicas import replicas
from mmm.trust.part import Work
from mmm.trust.replayed import PART, ReplayedOptions, comparisons, rarity_of, replayed
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.trust.worlds import found_by

EVENTS = {**RICH, "events": [{"name": "promo", "column": "promo"}]}


def certain(document=RICH, draws: int = 300, seed: int = 0, **panel):
    """A model that knows its parameters: every draw is the same."""
    model = fake_model(document, seed=seed, **panel)
    return replace(model, posterior=model.posterior.subset(np.zeros(draws, dtype=np.intp)))


def seeing(model, kpi):
    """The model on a history of ``kpi (week, geo)``."""
    data = model.panel.data
    return replace(
        model, design=model.design.on_panel(Panel(data.assign(kpi=(data["kpi"].dims, kpi))))
    )


def found(model, statistic: str, name: str | None = None):
    rows = replayed(model).rows
    return next(row for row in rows if (row.statistic, row.name) == (statistic, name))


def test_a_history_of_the_model_itself_is_usual_as_often_as_it_should_be() -> None:
    """Known parameters, histories from them: tail probabilities are uniform (Kolmogorov-Smirnov, at
    0.1 %), for every statistic, and a tenth of them is called rare."""
    model = certain()
    histories = replicas(certain(draws=60), 99).kpi
    below: dict[str, list[float]] = {}
    odd = total = 0
    for kpi in histories:
        for row in replayed(seeing(model, kpi)).rows:
            below.setdefault(f"{row.statistic} {row.name}", []).append(row.below)
            odd, total = odd + (row.rarity != "usual"), total + 1
    for name, values in below.items():
        assert stats.kstest(values, "uniform").pvalue > 0.001, name
    assert 0.05 < odd / total < 0.16


def test_memory_that_the_model_does_not_have_is_seen() -> None:
    model = certain()
    rng = np.random.default_rng(2)
    made = replicas(model, 5)
    size = (made.kpi - made.expected).std()
    noise = np.zeros(60)
    for t in range(1, 60):
        noise[t] = 0.8 * noise[t - 1] + 0.6 * size * rng.standard_normal()
    row = found(seeing(model, made.expected[0] + noise[:, None]), "memory")
    assert row.rarity == "hardly_ever"
    assert row.above < 0.005
    assert row.detail.startswith("How long a surprise lasts: more than")


def test_a_week_that_nothing_explains_is_seen_as_peak_and_fall() -> None:
    model = certain()
    made = replicas(model, 5)
    kpi = made.kpi[0].copy()
    kpi[30] += 12.0 * (made.kpi - made.expected).std()
    assert found(seeing(model, kpi), "peak").rarity == "hardly_ever"
    assert found(seeing(model, kpi), "fall").rarity != "usual"


def test_an_event_and_a_channel_that_did_more_are_seen() -> None:
    model = certain(EVENTS)
    made = replicas(model, 5)
    during = model.panel.array("events")[..., 0] != 0.0
    more = made.kpi[0] + 3.0 * (made.kpi - made.expected).std() * during
    assert found(seeing(model, more), "event", "promo").rarity == "hardly_ever"
    on = model.panel.array("spend")[..., 0] > 0.0
    more = made.kpi[0] + 3.0 * (made.kpi - made.expected).std() * on
    row = found(seeing(model, more), "with_and_without", "tv")
    assert row.rarity == "hardly_ever"
    assert row.label == "weeks with tv against weeks without"


@settings(max_examples=10)
@given(st.integers(0, 2**31))
def test_shares_of_both_tails_cover_all_replays(seed: int) -> None:
    answer = replayed(fake_model(EVENTS, draws=100), ReplayedOptions(replays=100, seed=seed))
    for row in answer.rows:
        assert row.below + row.above >= 1.0 - 1e-12  # ties count on both sides
        assert list(row.quantiles) == sorted(row.quantiles)
        assert row.rarity == rarity_of(row.below, row.above)
    assert len(answer.shown) == 8
    record = TrustRecord(replayed=answer)
    assert TrustRecord.model_validate(record.model_dump(mode="json")) == record


def test_a_channel_that_was_always_on_is_split_by_how_much() -> None:
    model = fake_model()
    data = model.panel.data
    spend = np.maximum(data["spend"].to_numpy(), 1.0 + np.arange(60.0)[:, None, None] % 7)
    data = data.assign(spend=(data["spend"].dims, spend))
    kinds = {each.name: each for each in comparisons(replace(
        model, design=model.design.on_panel(Panel(data))
    ))}  # fmt: skip
    assert kinds["tv"].statistic == "heavy_and_light"
    assert kinds["price"].statistic == "promotion"
    assert "promo" not in kinds


@pytest.mark.parametrize("document", [{**RICH, "noise": {"kind": "ar1"}}, EVENTS])
def test_it_costs_no_fit(document) -> None:
    model = fake_model(document, geos=1)
    assert PART.cost(model, ReplayedOptions()).fits == 0
    assert found_by(PART, Work(model), ReplayedOptions(replays=100)).replays == 30
