"""Reading a table on the command line: shown with its evidence, told by words, kept by a model."""

import json
from pathlib import Path

import pytest
from typer import BadParameter

from app.console.arguments import read_words
from mmm.posterior.fitted import save_model
from tests.app.console.test_cli import prudent
from tests.mmm.fakes import fake_model
from tests.mmm.tables.files_of_people import book, usual


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place: Path = tmp_path_factory.mktemp("reading")
    rows = usual(lambda day: f"{day:%d.%m.%Y}", mark=";")
    (place / "weeks.csv").write_text("\n".join(rows) + "\n")
    (place / "odd.csv").write_text("week,tv\n03/01/2022,1\n07/02/2022,2\n07/03/2022,3\n")
    (place / "book.xlsx").write_bytes(
        book(A=[("week", "tv"), ("2022-01-03", 1), ("2022-01-10", 2)])
    )
    (place / "notes.doc").write_text("x")
    return place


def test_every_decision_is_shown_with_its_evidence(folder) -> None:
    shown = prudent("read", "weeks.csv", "-o", "weekly.csv", folder=folder)
    assert shown.returncode == 0, shown.stderr
    assert "separator: semicolon (a semicolon gives every row 3 cells)" in shown.stdout
    assert "dates: day_first (" in shown.stdout
    assert (folder / "weekly.csv").read_text().splitlines()[1].startswith("2022-01-03,")
    document = prudent("read", "weeks.csv", "--json", folder=folder).stdout
    assert json.loads(document)["evidence"]["decimal"]


def test_two_readings_end_with_2_and_a_word_resolves_them(folder) -> None:
    refused = prudent("read", "odd.csv", folder=folder)
    assert refused.returncode == 2
    assert "(--read dates=day_first)" in refused.stderr
    told = prudent("read", "odd.csv", "--read", "dates=month_first", folder=folder)
    assert "dates: month_first (as told)" in told.stdout


def test_the_recipe_of_one_file_reads_the_next(folder) -> None:
    shown = prudent("read", "odd.csv", "--read", "dates=day_first", "--json", folder=folder)
    (folder / "recipe.json").write_text(shown.stdout)
    (folder / "next.csv").write_text("week,tv\n04/04/2022,1\n")
    later = prudent("read", "next.csv", "--read", "recipe.json", folder=folder)
    assert later.returncode == 0, later.stderr
    (folder / "next.csv").write_text("week,tv\n2022-04-04,1\n")
    refused = prudent("read", "next.csv", "--read", "recipe.json", folder=folder)
    assert "dates 'day_first', but line 2 has '2022-04-04'" in refused.stderr


def test_a_workbook_is_read_and_what_is_no_table_is_refused(folder) -> None:
    assert "sheet: A" in prudent("read", "book.xlsx", folder=folder).stdout
    assert "the suffix must be one of .csv" in prudent("read", "notes.doc", folder=folder).stderr


def test_a_long_table_is_reshaped_by_its_columns(folder) -> None:
    (folder / "long.csv").write_text("week,what,value\nw1,a,1\nw1,b,2\n")
    command = ("reshape", "long.csv", "-o", "wide.csv", "--date", "week", "--variable", "what")
    refused = prudent(*command, "--value", "value", folder=folder)
    assert refused.returncode == 2
    assert "date 'week', but most of its cells are no dates" in refused.stderr
    rows = "2022-01-03,a,1\n2022-01-03,b,2\n2022-01-10,a,3\n2022-01-10,b,4\n"
    (folder / "long.csv").write_text(f"week,what,value\n{rows}")
    done = prudent(*command, "--value", "value", folder=folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "wide.csv").read_text() == "week,a,b\n2022-01-03,1,2\n2022-01-10,3,4\n"


def test_a_refit_reads_by_the_recipe_of_its_model(folder) -> None:
    model = fake_model()
    model.panel.data.attrs["recipe"] = '{"format": "csv", "dates": "day_first"}'
    save_model(model, folder / "old.nc")
    (folder / "new.csv").write_text("week,sales\n2023-02-27,1\n")
    refused = prudent("refit", "old.nc", "new.csv", "-o", "new.nc", folder=folder)
    assert refused.returncode == 2
    assert "dates 'day_first', but line 2 has '2023-02-27'" in refused.stderr
    other = ("refit", "old.nc", "new.csv", "-o", "new.nc", "--read", "dates=year_first")
    assert "there is no column" in prudent(*other, folder=folder).stderr


def test_words_are_parsed() -> None:
    read = read_words(
        ["header=3", "first_week=2022-01-03", "weekly.price=mean", "weekly.a.b=max", "drop=x,y"]
    )
    assert read.header == 3
    assert str(read.first_week) == "2022-01-03"
    assert read.drop == ("x", "y")
    assert read.weekly == {"price": "mean", "a.b": "max"}


@pytest.mark.parametrize(
    "text", ["dates", "weekly=mean", "dates.x=y", "date_form=x", "dates=any", "absent.json"]
)
def test_words_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(BadParameter, match="--read"):
        read_words([text])
