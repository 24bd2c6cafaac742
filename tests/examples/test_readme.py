"""What the README promises: its example and the demo run as they stand."""

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mmm.spec.model import parse_spec
from tests.shared_code import shared_cache

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DEMO_SECONDS = 900


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_spec_in_the_readme_is_valid() -> None:
    (document,) = blocks("json")
    assert parse_spec(json.loads(document)).channels[1].name == "search_spend"


def test_the_names_that_the_example_imports_exist() -> None:
    (example,) = blocks("python")
    imports = [node for node in ast.parse(example).body if isinstance(node, ast.ImportFrom)]
    assert {node.module for node in imports} >= {"mmm", "optimizer"}
    for node in imports:
        module = importlib.import_module(str(node.module))
        assert [alias.name for alias in node.names if not hasattr(module, alias.name)] == []


@pytest.mark.slow
def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    (example,) = blocks("python")
    script = tmp_path / "example.py"
    script.write_text(example, encoding="utf-8")
    found = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    verdict, plan = found.stdout.splitlines()
    assert "'tv'" in verdict
    assert "'new_video'" in plan


@pytest.mark.slow
def test_the_demo_runs_and_shows_its_point(tmp_path: Path) -> None:
    """A cautious plan leaves the new channel less than a bold one; the report is written."""
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "prudent").symlink_to(shared_cache())
    found = subprocess.run(
        [sys.executable, "-m", "app.demo"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=DEMO_SECONDS,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    (new_video,) = re.findall(r"│ new_video +│([\d,│ ]+)│\n(?=├)", found.stdout)
    today, bold, middle, cautious = (float(cell.replace(",", "")) for cell in new_video.split("│"))
    assert bold > today
    assert bold > middle > cautious
    page = (tmp_path / "demo-output" / "report.html").read_text("utf-8")
    assert "What to do, and how sure" in page
