"""The sources of the workbench: pinned without addresses, small, and free of other hosts."""

import json
import re
from pathlib import Path

import pytest

from scripts.build_ui import UI, fingerprint

LOCK = UI / "package-lock.json"
MOST_LINES = 300
MOST_FILES = 20
SOURCES = sorted(
    path
    for path in (UI / "src").rglob("*")
    if path.suffix in {".ts", ".tsx", ".css"} and path.name != "schema.d.ts"
)


def test_the_lock_names_versions_and_hashes_and_no_address() -> None:
    text = LOCK.read_text("utf-8")
    assert "://" not in text
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert packages
    assert [name for name, each in packages.items() if not each.get("integrity")] == []
    assert [name for name, each in packages.items() if "resolved" in each] == []


def test_what_is_asked_for_is_an_exact_version() -> None:
    package = json.loads((UI / "package.json").read_text("utf-8"))
    asked = {**package["dependencies"], **package["devDependencies"]}
    assert {
        name for name, version in asked.items() if not re.fullmatch(r"[\d.]+", version)
    } == set()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(UI)))
def test_a_source_is_small_and_names_no_host(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    hosts = set(re.findall(r"https?://[^\s\"'`)]+", text)) - {"http://www.w3.org/2000/svg"}
    assert hosts == set()
    assert "dangerouslySetInnerHTML" not in text
    assert "innerHTML" not in text


def test_no_folder_holds_more_than_one_can_keep_in_mind() -> None:
    folders = {path.parent for path in SOURCES}
    counts = {folder: sum(path.parent == folder for path in SOURCES) for folder in folders}
    wide = {
        folder.name: count
        for folder, count in counts.items()
        if count > MOST_FILES and "lib" not in folder.name
    }
    assert wide == {}


def test_what_the_page_is_built_from_includes_the_contract() -> None:
    assert len(fingerprint()) == 64
    assert fingerprint() == fingerprint()
