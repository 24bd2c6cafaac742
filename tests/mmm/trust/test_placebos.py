"""Channels beside copies of their own spend: the copy, the shift, the size of the test, and worlds
where a placebo is real and where a channel does nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mmm.errors import QueryError
from mmm.evidence.findings import LEAST_T
from mmm.inference.compiled import graph_differences
from mmm.inference.fit import fit
from mmm.interval import Interval
from mmm.model.build import build_collapsed
from mmm.posterior.trust.listen import lowered
from mmm.posterior.trust.placebos import PlaceboRow, Placebos
from mmm.posterior.trust.record import TrustRecord
from mmm.spec.sampling import SamplingSpec
from mmm.trust.extra_channel import ahead_by, shifted_by, with_copy
from mmm.trust.part import Work
from mmm.trust.placebos import (
    FUTURE,
    LEVEL,
    SHIFTED,
    PlaceboOptions,
    best_shift,
    bought_channels,
    limit_of,
)
from tests.mmm.fakes import RICH, fake_model
from tests.mmm.trust.worlds import found_by, spends, world

SHORT = SamplingSpec(draws=300, tune=300, chains=2, seed=1)


def test_a_copy_has_the_spend_of_other_weeks_and_the_scales_of_its_channel() -> None:
    design = fake_model().design
    copy = with_copy(design, 2, shifted_by(17))
    spend = copy.panel.array("spend")
    np.testing.assert_array_equal(spend[..., -1], np.roll(spend[..., 2], 17, axis=0))
    np.testing.assert_array_equal(spend[..., :-1], design.panel.array("spend"))
    own, scales = design.scales, copy.scales
    assert scales.mean_spend[-1] == own.mean_spend[2]
    np.testing.assert_array_equal(scales.exposure[4], own.exposure[2])
    np.testing.assert_array_equal(scales.exposure[5], own.exposure[4])  # the rival's
    assert copy.structure.channels == (*design.structure.channels, "placebo")


def test_future_spend_ends_with_the_last_week_twice() -> None:
    design = fake_model().design
    spend = with_copy(design, 0, ahead_by(1), carryover=False).panel.array("spend")
    np.testing.assert_array_equal(spend[:-1, :, -1], spend[1:, :, 0])
    np.testing.assert_array_equal(spend[-1, :, -1], spend[-1, :, 0])


def test_copies_of_all_channels_are_one_computation() -> None:
    """Whatever was stated about effects, and whatever the channels' own curves are."""
    stated = {"roi": {"median": 1.0, "p95": 3.0}}
    channels = [{**RICH["channels"][0], "prior": stated}, *RICH["channels"][1:]]
    design = fake_model({**RICH, "channels": channels}).design
    graphs = [
        build_collapsed(with_copy(design, i, shifted_by(best_shift(design, i)))) for i in (0, 3)
    ]
    assert list(graph_differences(*graphs)) == []


@settings(max_examples=12)
@given(st.integers(0, 500), st.integers(60, 160))
def test_a_shift_is_longer_than_any_carryover_and_no_whole_year(seed: int, weeks: int) -> None:
    design = fake_model(weeks=weeks, seed=seed).design
    shift = best_shift(design, seed % 4)
    assert design.structure.max_lag < shift < weeks - design.structure.max_lag
    assert min(shift % 52, -shift % 52) > 4


def test_too_few_weeks_are_refused() -> None:
    document = {**RICH, "channels": [{**c, "adstock": {"max_lag": 30}} for c in RICH["channels"]]}
    with pytest.raises(QueryError, match="too few to shift"):
        SHIFTED.cost(fake_model(document), PlaceboOptions())


def test_only_what_costs_and_was_bought_is_tested() -> None:
    owned = {"name": "mail", "column": "mail_spend", "cost": "none"}
    model = fake_model({**RICH, "channels": [*RICH["channels"][:3], owned]})
    assert bought_channels(model) == (0, 1, 2)
    assert SHIFTED.cost(model, PlaceboOptions()).fits == 3


def test_the_limit_is_the_one_written_down() -> None:
    assert limit_of(1) == pytest.approx(0.5, abs=0.001)
    assert limit_of(6) == pytest.approx(0.23, abs=0.01)


@pytest.mark.parametrize("tested", [1, 3, 8])
def test_few_models_whose_claims_are_right_are_accused(tested: int) -> None:
    """Estimates of effects that lie ``LEAST_T`` errors from zero, beside copies that do nothing."""
    rng = np.random.default_rng(tested)
    real = LEAST_T + rng.standard_normal((40_000, tested))
    copy = rng.standard_normal(real.shape)
    probability = stats.norm.cdf((real - copy) / np.sqrt(2.0))
    accused = (probability < limit_of(tested)).any(1).mean()
    assert accused <= LEVEL + 0.004
    assert accused >= 0.7 * LEVEL  # and not because nobody ever is


@pytest.mark.slow
def test_a_placebo_that_is_real_is_found() -> None:
    """Sales follow the spend of tv as it was some weeks before, and tv itself only a little."""
    spend = spends(0)
    shift = best_shift(world({}, spend, 3), 0)
    late = np.roll(spend["tv"], shift)
    model = fit(
        world({"late": late, "tv": 0.6 * spend["tv"], "search": spend["search"]}, spend, 3), SHORT
    )
    kept: dict[str, object] = {}
    work = Work(model, keep=lambda key, piece: kept.update({key: piece}))
    found = found_by(SHIFTED, work, PlaceboOptions())
    tv, search = found.rows
    assert tv.weeks == shift
    assert tv.probability < 0.05
    assert tv.standing == ("no_better" if tv.claim else "not_told")
    assert tv.claim
    assert search.standing == "better"
    assert found.no_better == (tv,)
    again = found_by(SHIFTED, Work(model, kept=kept), PlaceboOptions())  # type: ignore[arg-type]
    assert again == found  # nothing was fitted: all pieces were kept
    record = TrustRecord(placebos=found)
    assert TrustRecord.model_validate(record.model_dump(mode="json")) == record


@pytest.mark.slow
def test_a_channel_without_effect_is_not_told_from_its_placebo() -> None:
    spend = spends(0)
    model = fit(world({"search": spend["search"]}, spend, 3), SHORT)
    tv, search = found_by(SHIFTED, Work(model), PlaceboOptions()).rows
    assert 0.1 < tv.probability < 0.9
    assert (tv.standing, search.standing) == ("not_told", "better")


@pytest.mark.slow
def test_budgets_that_run_before_sales_are_found_by_future_spend() -> None:
    spend = spends(0)
    ahead = np.append(spend["tv"][1:], spend["tv"][-1])
    model = fit(world({"ahead": ahead, "search": spend["search"]}, spend, 3), SHORT)
    tv, search = found_by(FUTURE, Work(model), PlaceboOptions()).rows
    assert tv.claim
    assert (tv.standing, search.standing) == ("no_better", "better")
    assert "the week to come" in tv.detail


def test_the_verdict_listens_to_channels_that_matter() -> None:
    model = fake_model()
    row = PlaceboRow(
        channel="tv", weeks=20, probability=0.1, real=ONE, placebo=ONE, claim=True, limit=0.3,
        r_hat=1.0, standing="no_better", detail="tv did no better.",
    )  # fmt: skip
    found = Placebos(kind="shifted", level=0.05, rows=(row,), unit="units", sentences=())
    after = lowered(model.verdict, TrustRecord(placebos=found))
    assert (model.verdict.status, after.status) == ("trusted", "caution")
    (check,) = [check for check in after.checks if check.name == "placebos"]
    assert (check.value, check.message) == (1.0, "tv did no better")
    assert "until a lift test" in check.advice
    small = found.model_copy(update={"rows": (row.model_copy(update={"matters": False}),)})
    assert lowered(after, TrustRecord(future_spend=small)).status == "trusted"


ONE = Interval(mean=1.0, p5=0.5, p50=1.0, p95=2.0)
