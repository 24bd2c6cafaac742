"""A geo test read on the command line: told in words, as JSON, as a table, and refused by name."""

import csv
import json
from pathlib import Path

import pytest

from tests.app.console.test_cli import prudent
from tests.app.routes.test_read_experiment import DAYS, body, rows

ASKED = body([])
WINDOW = ASKED["window"]
COMMAND = (
    *("read-test", "regions.csv", "--geo", "region", "--spend", "tv", "--treated", "north"),
    *("--start", WINDOW["start"], "--end", WINDOW["end"]),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place: Path = tmp_path_factory.mktemp("geo")
    lines = rows()
    with (place / "regions.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return place


def test_a_test_is_told_and_written_as_a_table(folder) -> None:
    shown = prudent(*COMMAND, "-o", "reading.csv", folder=folder)
    assert shown.returncode == 0, shown.stderr
    assert "north sold" in shown.stdout
    assert "iROAS" in shown.stdout
    assert "synthetic control in levels" in shown.stdout
    with (folder / "reading.csv").open(newline="") as file:
        assert len([*csv.DictReader(file)]) == DAYS


def test_the_json_is_that_of_the_service(folder) -> None:
    shown = prudent(*COMMAND, "--json", folder=folder)
    answer = json.loads(shown.stdout)
    assert answer["spend"]["extra"] == 700.0
    assert answer["lift"]["p2_5"] < 0.3 < answer["lift"]["p97_5"]


def test_a_strange_geo_and_a_window_beyond_the_data_are_named(folder) -> None:
    refused = prudent(*COMMAND, "--treated", "nowhere", "--end", "2024-06-30", folder=folder)
    assert refused.returncode == 2
    assert "no row is of geo 'nowhere'" in refused.stderr
    assert "2024-06-30 is outside the panel" in refused.stderr
