"""What an answer of a doubtful model says, and when there is none."""

import pytest

from app.db.models import ModelRow
from app.errors import ModelRejected
from app.services.catalog.finite import without_nan
from app.services.catalog.models import rejection_warnings, verdict_of
from mmm.posterior.verdict import DRAFT_NOTE, Verdict, judge
from mmm.posterior.verdict_limits import RULES

PERFECT = {rule.name: rule.caution for rule in RULES}


def row_of(verdict: Verdict) -> ModelRow:
    """A row as a fit writes it."""
    return ModelRow(verdict=without_nan(verdict.model_dump(mode="json")))


def test_a_trusted_model_needs_no_words() -> None:
    assert rejection_warnings(row_of(judge(PERFECT)), accept_rejected=False) == []


def test_a_rejected_model_is_refused_with_its_checks_or_answers_with_a_warning() -> None:
    row = row_of(judge({**PERFECT, "r_hat": 1.9}))
    with pytest.raises(ModelRejected) as refused:
        rejection_warnings(row, accept_rejected=False)
    (issue,) = refused.value.issues
    assert issue.code == "r_hat"
    assert issue.pointer.startswith("/verdict/checks/")
    (warning,) = rejection_warnings(row, accept_rejected=True)
    assert "do not base budget decisions on" in warning


def test_a_check_without_a_value_survives_its_row() -> None:
    row = row_of(judge({**PERFECT, "r_hat": float("nan")}))
    kept = {check["name"]: check["value"] for check in row.verdict["checks"]}
    assert kept["r_hat"] is None
    found = {check.name: check for check in verdict_of(row).checks}
    assert found["r_hat"].value != found["r_hat"].value
    assert found["r_hat"].status == "rejected"
    assert DRAFT_NOTE not in rejection_warnings(row, accept_rejected=True)
