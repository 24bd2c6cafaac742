"""Answers of the command line as files: CSV, a workbook with every table, refusals in words."""

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from mmm.posterior.fitted import save_model
from tests.app.console.test_cli import prudent
from tests.mmm.fakes import fake_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place: Path = tmp_path_factory.mktemp("tables")
    save_model(fake_model(), place / "model.nc")
    return place


def test_an_answer_is_written_as_csv_and_as_a_workbook(folder) -> None:
    made = prudent("contributions", "model.nc", "--by", "week", "-o", "weeks.csv", folder=folder)
    assert (made.returncode, "wrote weeks.csv" in made.stderr) == (0, True), made.stderr
    with (folder / "weeks.csv").open(newline="") as file:
        lines = [*csv.DictReader(file)]
    assert [*lines[0]][:4] == ["name", "kind", "week", "unit"]
    made = prudent("curves", "model.nc", "-o", "curves.xlsx", folder=folder)
    assert made.returncode == 0, made.stderr
    assert load_workbook(folder / "curves.xlsx").sheetnames == ["curves", "observed"]
    assert "response curves" in made.stdout


def test_a_verdict_and_a_frontier_are_commands(folder) -> None:
    made = prudent("verdict", "model.nc", "--json", "-o", "verdict.csv", folder=folder)
    assert made.returncode == 0, made.stderr
    checks = [check["name"] for check in json.loads(made.stdout)["checks"]]
    with (folder / "verdict.csv").open(newline="") as file:
        assert [line["check"] for line in csv.DictReader(file)] == checks
    totals = ("--total", 200, "--total", 400, "--weeks", 4)
    made = prudent("frontier", "model.nc", *totals, "-o", "front.csv", folder=folder)
    assert made.returncode == 0, made.stderr
    with (folder / "front.csv").open(newline="") as file:
        assert [float(line["total"]) for line in csv.DictReader(file)] == [200.0, 400.0]


def test_what_cannot_be_written_is_refused_before_or_by_name(folder) -> None:
    for path, words in (("curves.pdf", "must be .csv or .xlsx"), ("no/curves.csv", "not exist")):
        found = prudent("curves", "model.nc", "-o", path, folder=folder)
        assert (found.returncode, words in found.stderr) == (2, True), found.stderr
    found = prudent("curves", "model.nc", "-o", "x.csv", "--table", "moves", folder=folder)
    assert (found.returncode, "it has curves, observed" in found.stderr) == (2, True)
    found = prudent("curves", "model.nc", "--table", "observed", folder=folder)
    assert (found.returncode, "add -o FILE.csv" in found.stderr) == (2, True)
    assert not (folder / "x.csv").exists()


def test_a_second_file_is_joined_on_the_command_line(folder) -> None:
    weeks = [f"2024-01-{day:02},{day}.5" for day in (1, 8, 15, 22, 29)]
    (folder / "main.csv").write_text("\n".join(["week,sales", *weeks]))
    (folder / "macro.csv").write_text("month,cpi\n01/02/2024,7.5\n03/02/2024,7.5\n")
    given = ("main.csv", "--with", "macro.csv")
    asked = prudent("read", *given, folder=folder)
    assert asked.returncode == 2
    assert "/read/with_file/dates: the second file: line 2" in asked.stderr
    assert "(--read with_file.dates=" in asked.stderr
    (folder / "macro.csv").write_text("month,cpi\n2024-01,7.5\n")
    made = prudent("read", *given, "-o", "joined.csv", folder=folder)
    assert made.returncode == 0, made.stderr
    assert "with_file: " in made.stdout
    assert '"dates": "month"' in made.stdout
    rows = (folder / "joined.csv").read_text().splitlines()
    assert rows[:3] == ["week,sales,cpi", "2024-01-01,1.5,7.5", "2024-01-08,8.5,"]
