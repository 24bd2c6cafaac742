"""What the pages name exists: files, folders and modules in backticks, and targets of links.

A path is looked up from the root of the repository; a bare name such as ``build.py`` is that of any
file of the repository. CHANGELOG.md tells of the past and may name what is gone.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.architecture.test_files import repository_files

ROOT = Path(__file__).parents[2]
NOT_READ = {Path("CHANGELOG.md"), Path("docs/decisions/template.md")}
KINDS = r"py|md|sh|toml|yaml|yml|svg|html"
FILE = re.compile(rf"`([\w*./-]*[\w*]\.(?:{KINDS}))`")
FOLDER = re.compile(r"`((?:app|mmm|optimizer|tests|docs|benchmarks|scripts|docker)/[\w./-]*)`")
MODULE = re.compile(r"`(?:python -m )?((?:app|mmm|optimizer|benchmarks|scripts)(?:\.\w+)+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)

# What commands write, named where their use is shown.
WRITTEN = {"report.html", "tour/report.html", "docker/.env"}


FILES = {str(path.relative_to(ROOT)) for path in repository_files()}


def pages() -> list[Path]:
    """Every Markdown page of the repository, relative to its root."""
    return sorted({Path(name) for name in FILES if name.endswith(".md")} - NOT_READ)


def dead_names(text: str, files: set[str]) -> Iterator[str]:
    """Names in ``text`` of files, folders and modules that ``files`` do not have.

    The last part of a dotted name may be a name within a module.
    """
    folders = {str(parent) for name in files for parent in Path(name).parents}
    known = files | folders | WRITTEN | {Path(name).name for name in files}
    for name in dict.fromkeys([*FILE.findall(text), *FOLDER.findall(text)]):
        if name.rstrip("/") not in known and not ("*" in name and matches(files, name)):
            yield name
    for name in MODULE.findall(text):
        if not is_module(name, known) and not is_module(name.rpartition(".")[0], known):
            yield name


def is_module(name: str, known: set[str]) -> bool:
    """Whether the dotted name is that of a module or a package."""
    path = name.replace(".", "/")
    return path in known or f"{path}.py" in known


def matches(files: set[str], pattern: str) -> bool:
    return any(fnmatch(name, pattern) for name in files)


def anchor(heading: str) -> str:
    """The fragment by which a page's heading is linked to."""
    return "#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def dead_links(page: Path) -> Iterator[str]:
    """Links of a page to files that are missing, or to headings that their page lacks."""
    text = (ROOT / page).read_text("utf-8")
    for target, fragment in LINK.findall(text):
        path = (ROOT / page.parent / target).resolve() if target else ROOT / page
        if not path.exists():
            yield target
        elif fragment and fragment not in map(anchor, HEADING.findall(path.read_text("utf-8"))):
            yield target + fragment


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    assert list(dead_names((ROOT / page).read_text("utf-8"), FILES)) == []


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert list(dead_links(page)) == []


def test_importers_are_sent_to_modules_that_exist() -> None:
    """The table of new import paths, while it tells of the coming release."""
    unreleased = (ROOT / "CHANGELOG.md").read_text("utf-8").partition("\n## 0.")[0]
    now = re.findall(r"^\| [^|]*`[^|]*\| (.*) \|$", unreleased, re.MULTILINE)
    assert list(dead_names("\n".join(now), FILES)) == []


def test_a_planted_dead_name_is_found() -> None:
    files = {"mmm/spec/model.py", "mmm/lift/units.py"}
    alive = "`mmm/spec/model.py`, `model.py`, `mmm/lift/*.py`, `mmm/spec`, `mmm.lift.units.Lift`"
    assert list(dead_names(alive, files)) == []
    dead = "`mmm/spec_world.py`, `spec.py`, `mmm/lift_*.py`, `mmm/events/`, `mmm.worlds.make`"
    assert list(dead_names(dead, files)) == [
        "mmm/spec_world.py",
        "spec.py",
        "mmm/lift_*.py",
        "mmm/events/",
        "mmm.worlds.make",
    ]
