"""docs/tables.md: every file on the page is read, or refused, as the page says."""

import json
import re
from pathlib import Path

import pytest

from mmm.errors import DataError
from mmm.tables.formats import CSV
from mmm.tables.read import read_table
from mmm.tables.recipe import Recipe

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text("utf-8")
FILE = r"```csv\n([^`]*)```\n\n?"
READ = re.findall(FILE + r"```recipe\n([^`]*)```\n```weekly\n([^`]*)```", PAGE)
REFUSED = re.findall(FILE + r"```refused\n([^`]*)\n```", PAGE)


@pytest.mark.parametrize(("file", "words", "weekly"), READ)
def test_a_file_is_read_as_the_page_says(file: str, words: str, weekly: str) -> None:
    table = read_table(file.encode(), CSV)
    shown = json.loads(table.recipe.model_dump_json())
    expected = json.loads(words)
    assert {word: shown[word] for word in expected} == expected
    assert table.frame.to_csv(index=False) == weekly


@pytest.mark.parametrize(("file", "words"), REFUSED)
def test_a_file_is_refused_as_the_page_says(file: str, words: str) -> None:
    with pytest.raises(DataError, match=re.escape(words)):
        read_table(file.encode(), CSV)


def test_every_file_on_the_page_is_tried() -> None:
    assert len(READ) + len(REFUSED) == PAGE.count("```csv") >= 6


def test_every_word_is_on_the_page() -> None:
    assert {name for name in Recipe.model_fields if f"`{name}`" not in PAGE} == set()
