"""Verdict rules, and a model's way to its file and back."""

import numpy as np
import pytest

from mmm.attribution.contributions import contributions
from mmm.checks.predictive import predictive_values
from mmm.errors import ArtefactError
from mmm.posterior.fitted import load_model, save_model
from mmm.posterior.verdict import judge
from mmm.posterior.verdict_limits import RULES
from tests.mmm.fakes import fake_model

GOOD = {rule.name: rule.caution for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=[rule.name for rule in RULES])
def test_each_check_moves_the_verdict(rule):
    worse = -1e-6 if rule.below else 1e-6
    assert judge(GOOD).status == "trusted"
    assert judge({**GOOD, rule.name: rule.caution + worse}).status == "caution"
    rejected = judge({**GOOD, rule.name: rule.reject + worse})
    assert rejected.status == "rejected"
    failing = [check for check in rejected.checks if not check.passed]
    assert [(check.name, check.limit) for check in failing] == [(rule.name, rule.reject)]
    assert failing[0].advice


def test_a_value_that_is_no_number_is_never_trusted():
    assert judge({**GOOD, "r_hat": float("nan")}).status == "rejected"


def test_predictive_values_know_a_good_fit_from_a_slow_miss():
    rng = np.random.default_rng(0)
    signal = np.sin(np.arange(150) / 8.0)[:, None]
    seen = signal + 0.1 * rng.standard_normal((150, 1))
    noise = 0.1 * rng.standard_normal((400, 150, 1))
    good = predictive_values(seen, np.repeat(signal[None], 400, 0), signal + noise)
    blind = predictive_values(seen, np.zeros((400, 150, 1)), noise)
    assert good["r_squared"] > 0.9
    assert 0.8 < good["predictive_coverage"] < 0.98
    assert good["residual_autocorrelation"] < 0.2
    assert blind["r_squared"] < 0.1
    assert blind["residual_autocorrelation"] > 0.8


@pytest.mark.parametrize("geos", [1, 3])
def test_a_model_survives_its_file(tmp_path, geos):
    model = fake_model(geos=geos)
    save_model(model, tmp_path / "model.nc")
    back = load_model(tmp_path / "model.nc")
    assert back.spec == model.spec
    assert back.verdict == model.verdict
    assert back.method == model.method
    assert contributions(back) == contributions(model)


def test_a_damaged_file_is_an_error_not_a_number(tmp_path):
    path = tmp_path / "model.nc"
    with pytest.raises(ArtefactError, match=r"model\.nc is not a readable model file"):
        load_model(path)
    path.write_bytes(b"not a model")
    with pytest.raises(ArtefactError):
        load_model(path)
