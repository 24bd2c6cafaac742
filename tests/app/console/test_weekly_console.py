"""Weekly life on the command line: what moved, what became of a plan, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mmm.posterior.fitted import save_model
from mmm.refit.append_weeks import append_weeks
from tests.app.console.test_cli import prudent
from tests.app.http.test_contract import HORIZON
from tests.app.routes.test_plans import PLAN
from tests.mmm.fakes import fake_model
from tests.mmm.refit.test_append_weeks import new_weeks, whole


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A model, its refit, the weeks between them, and a plan for these."""
    place: Path = tmp_path_factory.mktemp("weekly")
    model, frame = fake_model(), whole()
    save_model(model, place / "old.nc")
    design = model.design.on_panel(append_weeks(model, frame).panel)
    save_model(replace(model, design=design), place / "new.nc")
    new_weeks(frame, model).to_csv(place / "weeks.csv", index=False)
    (place / "plan.json").write_text(json.dumps({"horizon": HORIZON, "plan": PLAN}))
    restated = frame.assign(sales=frame.sales.where(frame.index != 5, 1.0))
    restated.to_csv(place / "restated.csv", index=False)
    return place


def test_stability_tells_what_moved(folder) -> None:
    found = prudent("stability", "old.nc", "new.nc", folder=folder)
    assert found.returncode == 0, found.stderr
    assert "4 new weeks, 0 restated numbers" in found.stdout
    assert "contribution tv" in found.stdout
    assert "adstock_alpha[tv]" in found.stdout or "saturation_half[" in found.stdout


def test_plan_versus_actual_adds_up(folder) -> None:
    command = ("plan-vs-actual", "old.nc", "weeks.csv", "--request", "plan.json")
    found = prudent(*command, "--json", folder=folder)
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    total = sum(row["amount"]["mean"] for row in answer["rows"])
    assert total == pytest.approx(answer["actual"], rel=1e-9)
    shown = prudent(*command, folder=folder)
    assert "4 of 13 weeks" in shown.stdout
    assert "execution and market" in shown.stdout


def test_a_restated_past_ends_a_refit_with_2_and_the_numbers(folder) -> None:
    found = prudent("refit", "old.nc", "restated.csv", "-o", "never.nc", folder=folder)
    assert found.returncode == 2
    assert "line 7, column 'sales'" in found.stderr
    assert "is 1 now" in found.stderr
    assert not (folder / "never.nc").exists()
