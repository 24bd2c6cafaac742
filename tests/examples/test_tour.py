"""docs/tour.md and docs/weekly.md work line by line as printed: one bash each, real fits."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.demo.service import free_port
from tests.app.running import bare_environment
from tests.shared_code import shared_cache

ROOT = Path(__file__).parents[2]
TOUR, WEEKLY = ((ROOT / "docs" / name).read_text("utf-8") for name in ("tour.md", "weekly.md"))
TOUR_SECONDS = 600
LANGUAGES = re.findall(r"^```(\w*)\n.*?^```$", TOUR, re.DOTALL | re.MULTILINE)
BLOCKS, WEEKLY_BLOCKS = (
    re.findall(r"^```bash\n(.*?)^```$", page, re.DOTALL | re.MULTILINE) for page in (TOUR, WEEKLY)
)

# Whatever fails, also within a pipe, ends the tour and names its line.
STRICT = "set -Eeuo pipefail\ntrap 'echo \"failed: $BASH_COMMAND\" >&2' ERR\n"


def test_nothing_is_done_by_a_program_within_a_line() -> None:
    assert "bin/python" not in "".join(BLOCKS)


def test_every_block_is_one_to_run_and_every_curl_fails_aloud() -> None:
    assert set(LANGUAGES) == {"bash"}
    calls = re.findall(r"\bcurl (?!7)[^\n]*", "".join(BLOCKS))
    assert calls
    assert [call for call in calls if "-sS --fail-with-body" not in call] == []


@pytest.mark.slow
def test_the_tour_works_line_by_line_as_printed(tmp_path: Path) -> None:
    code, told = run(BLOCKS, tmp_path)
    log = tmp_path / "tour" / "service.log"
    assert code == 0, f"{told}\n{log.read_text('utf-8')[-2000:] if log.exists() else ''}"
    assert '{"status":"ok"}' in told
    assert re.search(r"^true returns on spend: tv \d", told, re.MULTILINE)
    assert "event: succeeded" in told
    assert re.search(r"^(trusted|caution)$", told, re.MULTILINE)
    assert "</html>" in (tmp_path / "tour" / "report.html").read_text("utf-8")
    assert "Less money than today" in (tmp_path / "tour" / "less.html").read_text("utf-8")


@pytest.mark.slow
def test_week_by_week_works_line_by_line_as_printed(tmp_path: Path) -> None:
    code, told = run(WEEKLY_BLOCKS, tmp_path)
    assert code == 0, told
    assert "wrote weekly/week4.nc: 4 new weeks" in told
    assert told.count("changes, 2022-01-03 to 2023-12-25") == 2, "after the refit, and by itself"
    assert "4 of 8 weeks: " in told


def run(blocks: list[str], folder: Path) -> tuple[int, str]:
    """Exit status and output of all blocks in one bash; what it started is told to end."""
    (folder / ".venv").symlink_to(sys.prefix)
    with subprocess.Popen(
        ["bash", "-c", STRICT + "".join(blocks)],
        cwd=folder,
        env=bare_environment(
            PYTHONPATH=str(ROOT),
            PRUDENT_PORT=str(free_port()),
            PRUDENT_CACHE_DIR=str(shared_cache()),
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            told, _ = process.communicate(timeout=TOUR_SECONDS)
            return process.returncode, told
        finally:
            _end_group(process.pid)


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGTERM)
    except ProcessLookupError:
        return
