"""A planner's sheet on the command line: evaluated, allocated over, and refused in words."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from mmm.posterior.fitted import save_model
from tests.app.console.test_cli import prudent
from tests.mmm.fakes import fake_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place: Path = tmp_path_factory.mktemp("sheets")
    model = fake_model()
    save_model(model, place / "model.nc")
    weeks = [model.panel.weeks[-1] + timedelta(weeks=number) for number in (1, 2)]
    head = f"item,committed,{weeks[0]},{weeks[1]}\n"
    rows = "TV,,30,40*\nsearch,yes,10,10\nradio,,5,5\nmail,,5,5\nprice,,10,9.5\n"
    (place / "plan.csv").write_text(head + rows)
    (place / "cinema.csv").write_text(head + rows + "cinema,,1,1\n")
    return place


def test_a_sheet_is_evaluated_and_allocated_over(folder) -> None:
    found = prudent("evaluate-plan", "model.nc", "--sheet", "plan.csv", "--json", folder=folder)
    assert found.returncode == 0, found.stderr
    spend = {item["name"]: item["spend"] for item in json.loads(found.stdout)["plan"]["channels"]}
    assert spend == pytest.approx({"tv": 70.0, "search": 20.0, "radio": 10.0, "mail": 10.0})
    found = prudent("allocate", "model.nc", "--sheet", "plan.csv", "--json", folder=folder)
    assert found.returncode == 0, found.stderr
    plan = json.loads(found.stdout)["plan"]
    assert plan["total"] == pytest.approx(110.0)
    assert plan["by_week"][1]["spend"]["tv"] >= 40.0 * (1 - 1e-6)
    assert [week["spend"]["search"] for week in plan["by_week"]] == pytest.approx([10.0, 10.0])


def test_a_wrong_sheet_and_a_plan_beside_it_are_refused(folder) -> None:
    found = prudent("evaluate-plan", "model.nc", "--sheet", "cinema.csv", folder=folder)
    assert (found.returncode, "line 7: 'cinema'" in found.stderr) == (2, True), found.stderr
    both = ("--sheet", "plan.csv", "--plan", "tv=5")
    found = prudent("evaluate-plan", "model.nc", *both, folder=folder)
    assert (found.returncode, "leave out --plan" in found.stderr) == (2, True), found.stderr
