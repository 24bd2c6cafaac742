"""What the priors imply of each channel before the data, in shares and returns."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmm.checks.implied_channels import implied_channels
from mmm.posterior.fitted import load_model, save_model
from mmm.priors.table import LARGEST_USUAL_RETURN, effect_prior
from mmm.refit.carry_scales import carry_scales
from mmm.spec.model import parse_spec
from tests.mmm.fakes import RICH, fake_model


def test_stated_and_default_priors_are_told_apart() -> None:
    stated = {**RICH["channels"][0], "prior": {"roi": {"median": 1.0, "p95": 3.0}}}
    design = fake_model({**RICH, "channels": [stated, *RICH["channels"][1:]]}).design
    tv, *others = implied_channels(design)
    assert tv.stated
    assert tv.roi is not None
    assert tv.roi.p50 == pytest.approx(1.0, rel=0.2)
    assert not any(channel.stated for channel in others)


def test_a_kpi_without_value_has_no_returns() -> None:
    kpi = {"column": "sales", "kind": "units"}
    assert all(c.roi is None for c in implied_channels(fake_model({**RICH, "kpi": kpi}).design))


def medians(mean_spend: np.ndarray, worth: float | None) -> np.ndarray:
    return np.exp([prior.parameters[0] for prior in effect_prior(mean_spend, worth)])


def test_a_tiny_budget_is_not_believed_to_return_much() -> None:
    spend = np.array([4.0, 2.0, 1.0])
    returns = medians(spend, 1000.0) * 1000.0 / spend
    assert np.all(returns <= LARGEST_USUAL_RETURN)
    assert np.all(returns > 0.9 * LARGEST_USUAL_RETURN)


def test_a_budget_in_another_unit_is_not_excluded() -> None:
    """Spend in thousands: returns look a thousand times larger, and stay within two s.d."""
    spend = np.array([4.0, 2.0, 1.0])
    former = medians(spend, None) * 30_000.0 / spend
    for prior, cost, usual in zip(effect_prior(spend, 30_000.0), spend, former, strict=True):
        center, sd = prior.parameters
        assert abs(np.log(usual) - (center + np.log(30_000.0 / cost))) <= 2.0 * sd + 1e-9


def test_usual_budgets_keep_their_prior() -> None:
    spend = np.array([4.0, 2.0, 1.0])
    assert medians(spend, 30.0) == pytest.approx(medians(spend, None), rel=0.01)


def test_a_model_of_the_first_generation_keeps_its_prior(tmp_path: Path) -> None:
    spend = np.array([4.0, 2.0, 1.0, 1.0, 0.5])
    old = effect_prior(spend, 1000.0, defaults=1)
    weight = np.sqrt(spend)
    for prior, share in zip(old, weight / weight.sum(), strict=True):
        assert prior.parameters == pytest.approx((np.log(0.15 * share), 1.0))
    model = fake_model()
    first = replace(model.scales, defaults=1)
    aged = replace(model, design=replace(model.design, scales=first))
    save_model(aged, tmp_path / "model.nc")
    loaded = load_model(tmp_path / "model.nc")
    assert loaded.scales.defaults == 1
    assert carry_scales(loaded, loaded.spec, loaded.panel).defaults == 1
    longer = parse_spec({**RICH, "controls": []})
    assert carry_scales(loaded, longer, loaded.panel).defaults == 1


@pytest.mark.parametrize("count", [2, 4, 8, 20])
def test_the_totals_prior_does_not_shrink_with_the_number_of_channels(count: int) -> None:
    """A quarter of the KPI on average, and at least as uncertain relative to it as four channels
    of one size are; the draws' error of the s.d. is some percent."""
    priors = effect_prior(np.ones(count), None)
    rng = np.random.default_rng(0)
    sizes = [rng.lognormal(*each.parameters[:2], size=400_000) for each in priors]
    total = np.sum(sizes, axis=0)
    assert np.mean(total) == pytest.approx(0.15 * np.exp(0.5), rel=0.03)
    four = np.sqrt(np.expm1(1.0) / 4.0)
    assert np.std(total) / np.mean(total) > 0.9 * four
