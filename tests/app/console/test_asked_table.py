"""What was asked of a plan, as rows on the command line and in a report of the same request."""

import json
from pathlib import Path

import pytest

from tests.app.console.processes import run_prudent
from tests.app.running import bare_environment

DEMO = Path(__file__).parents[3] / "app" / "demo" / "world" / "model.nc"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def said(folder: Path, *arguments: object) -> str:
    variables = bare_environment(PRUDENT_DATA_DIR=str(folder), COLUMNS="200")
    found = run_prudent(*arguments, folder=folder, variables=variables)
    assert found.returncode == 0, found.stderr
    return " ".join(found.stdout.replace("│", " ").split())


def test_options_come_back_as_rows(folder) -> None:
    table = said(
        folder, "allocate", DEMO, "--change", -0.1, "--fewest-moves", 0.8, "--round-to", 5000,
        "--committed", "tv=150000",
    )  # fmt: skip
    assert "less money than today" in table
    assert "keep 80%" in table
    assert "multiples of €5,000" in table
    assert "money committed to tv" in table


def test_a_goal_is_told_in_words(folder, models) -> None:
    request = {
        "horizon": {"start": "2023-02-27", "weeks": 4},
        "budget": {"max": 1000},
        "minimise": "spend",
        "conditions": [{"kind": "target", "kpi": 1, "probability": 0.8}],
    }
    (folder / "goal.json").write_text(json.dumps(request))
    model = models / "trusted.nc"
    table = said(folder, "allocate", model, "--request", "goal.json")
    assert "sales of 1 units by 2023-03-26" in table
    assert "in 16 of 20 cases reached in" in table
    said(folder, "report", model, "--request", "goal.json", "-o", "page.html")
    page = (folder / "page.html").read_text("utf-8")
    assert "Goals and conditions" in page
    assert "Sales of 1 units by 26 Mar 2023" in page
