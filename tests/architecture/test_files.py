"""What every file of the repository must be: small, and free of one machine's addresses."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 300
MOST_FILES = 20
PACKAGES = ("mmm", "optimizer", "app")

# Put together from pieces, so that this file does not hold what it looks for.
REGISTRY_HOSTS = tuple(
    name + ".org"
    for name in ("pypi", "pythonhosted", "npmjs", "deb.debian", "anaconda", "conda-forge")
)
MACHINE_PATH = re.compile(r"(?<![\w.*-])/(?:work|root|home)" + r"/\w")


def repository_files() -> list[Path]:
    """Files that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def too_long(paths: list[Path]) -> list[str]:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in paths}
    return [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > MOST_LINES]


def too_wide(paths: list[Path]) -> list[str]:
    """Folders with more Python files than one can keep in mind."""
    folders = Counter(path.parent for path in paths if path.suffix == ".py")
    return [f"{folder}: {count} files" for folder, count in folders.items() if count > MOST_FILES]


def strange_addresses(paths: list[Path]) -> Iterator[str]:
    """Lines that name a package registry's host or an absolute path of one machine."""
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if any(host in line for host in REGISTRY_HOSTS) or MACHINE_PATH.search(line):
                yield f"{path}:{number}: {line.strip()[:100]}"


def test_no_python_file_holds_two_ideas() -> None:
    assert too_long([path for path in repository_files() if path.suffix == ".py"]) == []


def test_no_folder_holds_more_than_one_can_keep_in_mind() -> None:
    packages = [ROOT / package for package in PACKAGES]
    inside = [path for path in repository_files() if any(p in path.parents for p in packages)]
    assert too_wide(inside) == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    assert list(strange_addresses(repository_files())) == []


@pytest.mark.parametrize(
    "line",
    ["--index-url https://" + REGISTRY_HOSTS[0] + "/simple", 'open("' + "/work" + '/x.csv")'],
)
def test_a_planted_address_is_found(tmp_path: Path, line: str) -> None:
    planted = tmp_path / "planted.txt"
    planted.write_text(f"fine\n{line}\n", "utf-8")
    assert [found.split(":")[1] for found in strange_addresses([planted])] == ["2"]


def test_a_planted_wide_folder_is_found(tmp_path: Path) -> None:
    paths = [tmp_path / f"part_{number}.py" for number in range(MOST_FILES + 1)]
    assert too_wide(paths[:-1]) == []
    assert len(too_wide(paths)) == 1


def test_a_planted_long_file_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "long.py"
    planted.write_text("x = 1\n" * (MOST_LINES + 1), "utf-8")
    assert len(too_long([planted])) == 1
