"""Every command that a page tells people to run exists: targets of make, words of prudent."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from app.cli import cli
from tests.architecture.test_docs import pages

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
PRUDENT = re.compile(r"(?:bin/|`|^)prudent ([a-z][a-z-]*)(?: ([a-z]+))?", re.MULTILINE)
MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)


def unknown_commands(text: str) -> list[str]:
    """Commands of prudent in ``text`` that the command line does not have."""
    root: Any = get_command(cli)
    unknown = []
    for first, second in PRUDENT.findall(text):
        command = root.commands.get(first)
        inner = getattr(command, "commands", None)
        if command is None or (inner is not None and second not in inner):
            unknown.append(f"{first} {second}".strip())
    return unknown


@pytest.mark.parametrize("page", pages(), ids=str)
def test_the_commands_on_a_page_exist(page: Path) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert unknown_commands(text) == []
    assert set(MAKE.findall(text)) <= TARGETS


def test_the_readme_shows_how_to_begin() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert {"demo", "test"} <= set(MAKE.findall(text))
    assert {"fit", "allocate", "serve"} <= {first for first, _ in PRUDENT.findall(text)}


def test_a_planted_unknown_command_is_found() -> None:
    text = "`prudent fit DATA`, `prudent keys create`, `prudent guess`, `prudent keys forge`"
    assert unknown_commands(text) == ["guess", "keys forge"]
