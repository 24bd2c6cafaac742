"""The folders of ``tests`` mirror the packages: the tests of a module are found by its path."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("mmm", "optimizer", "app")

ELSEWHERE = {
    "mmm/attribution": "read from fits whose truth is known (tests/recovery), and over HTTP",
    "mmm/spec": "every folder of tests/mmm states its own specifications",
    "app/contract": "the routes refuse and answer by it (tests/app/http, tests/app/routes)",
    "app/db/migrations": "carried out as a whole (tests/app/db/test_database.py)",
}


def folders_with_code(package: str) -> set[str]:
    files = (path for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py")
    return {str(path.parent.relative_to(ROOT)) for path in files}


def has_tests(folder: str) -> bool:
    """Whether a folder, or the one that it is a part of, has tests of the same name."""
    parents = [folder, *map(str, Path(folder).parents)][:-1]
    own = [parent for parent in parents if Path(parent).parts[1:]] or [folder]
    return any((ROOT / "tests" / parent).is_dir() or parent in ELSEWHERE for parent in own)


def test_every_folder_with_code_has_its_tests() -> None:
    folders = set().union(*map(folders_with_code, PACKAGES))
    assert sorted(folder for folder in folders if not has_tests(folder)) == []


def test_a_folder_without_code_or_with_tests_needs_no_reason() -> None:
    for folder in ELSEWHERE:
        assert (ROOT / folder).is_dir(), folder
        assert not (ROOT / "tests" / folder).is_dir(), folder
