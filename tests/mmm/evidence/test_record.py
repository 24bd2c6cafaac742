"""The record as a whole: every lever graded, stored with the model, and told by the verdict."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.evidence.common_cause import claim_tests
from mmm.evidence.judge import with_evidence
from mmm.evidence.record import evidence_of
from mmm.posterior.evidence import GRADES, Evidence
from mmm.posterior.fitted import FittedModel, load_model, save_model
from mmm.spec.model import ModelSpec
from tests.mmm.fakes import fake_model

SPEC = {
    "kpi": {"column": "sales", "kind": "revenue"},
    "date": "week",
    "channels": [{"name": name, "column": f"{name}_spend"} for name in ("tv", "search", "radio")],
}


@pytest.mark.parametrize("geos", [1, 3])
def test_every_lever_has_a_grade_and_a_reason(geos: int) -> None:
    model = fake_model(weeks=80, geos=geos)
    evidence = evidence_of(model)
    names = {*model.structure.channels, "price"}
    assert {lever.name for lever in evidence.levers} == names
    for lever in evidence.levers:
        assert lever.label == GRADES[lever.grade]
        assert lever.reason.endswith(".")
        assert lever.observed[0] <= lever.observed[1]
        assert all(f.grade in GRADES for f in lever.findings)
    assert sum(lever.spend_share or 0.0 for lever in evidence.levers) == pytest.approx(1.0)


def test_the_record_is_stored_with_the_model(tmp_path: Path) -> None:
    model = with_evidence(fake_model(weeks=60))
    save_model(model, tmp_path / "model.nc")
    assert load_model(tmp_path / "model.nc").evidence == model.evidence


def test_a_model_without_a_record_is_never_graded(tmp_path: Path) -> None:
    save_model(fake_model(weeks=60), tmp_path / "model.nc")
    assert load_model(tmp_path / "model.nc").evidence is None


def test_a_record_that_cannot_be_computed_does_not_cost_the_fit() -> None:
    def broken(_: FittedModel) -> Evidence:
        raise np.linalg.LinAlgError("SVD did not converge")

    model = with_evidence(fake_model(weeks=60), broken)
    assert model.evidence is None
    assert model.verdict.status == "caution"
    assert "SVD did not converge" in model.verdict.checks[-1].message


def budgets(seed: int, *, demand: float, feedback: float = 0.0) -> FittedModel:
    """A fake model on 150 weeks of budgets, two of which follow an unseen demand."""
    rng = np.random.default_rng([seed, 31])
    n = 150
    hidden = rng.standard_normal(n)
    spend = 1000.0 * np.exp(0.6 * rng.standard_normal((n, 3)))
    spend[:, :2] *= np.exp(demand * hidden)[:, None]
    sales = 1e5 * (1.0 + 0.05 * rng.standard_normal(n))
    spend[1:, 2] *= np.exp(feedback * (sales[:-1] / 1e5 - 1.0))
    frame = pd.DataFrame(
        {
            "week": pd.date_range("2022-01-03", periods=n, freq="W-MON"),
            "sales": sales,
            "tv_spend": spend[:, 0],
            "search_spend": spend[:, 1],
            "radio_spend": spend[:, 2],
        }
    )
    spec = ModelSpec.model_validate(SPEC)
    model = fake_model(SPEC, weeks=60)
    return replace(model, design=design_of(spec, build_panel(frame, spec)))


def test_budgets_that_move_together_have_a_common_cause() -> None:
    claims = claim_tests(budgets(1, demand=0.8), 0.01)
    assert {each.claim.first[0] for each in claims.levers if each.contradicted} <= {"tv", "search"}
    contradicted = [each for each in claims.levers if each.contradicted]
    assert len(contradicted) == 1
    assert contradicted[0].result.correlation == pytest.approx(0.64, abs=0.15)


def test_a_budget_that_follows_last_weeks_sales_is_found() -> None:
    claims = claim_tests(budgets(1, demand=0.0, feedback=8.0), 0.01)
    radio = claims.follows_sales("radio")
    assert radio is not None
    assert radio.contradicted
    tv = claims.follows_sales("tv")
    assert tv is not None
    assert not tv.contradicted


def test_claims_that_hold_are_contradicted_in_at_most_two_of_a_hundred() -> None:
    """Two kinds of test at 1 % each over 60 worlds: more than four false alarms have p < 1e-3."""
    alarms = 0
    for seed in range(60):
        claims = claim_tests(budgets(seed, demand=0.0), 0.01)
        alarms += any(each.contradicted for each in (*claims.levers, *claims.feedback))
    assert alarms <= 4
