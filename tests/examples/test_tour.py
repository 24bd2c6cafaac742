"""docs/tour.md works line by line as printed: one bash, a served process, a real fit."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.demo.service import free_port

ROOT = Path(__file__).parents[2]
TOUR = (ROOT / "docs" / "tour.md").read_text("utf-8")
TOUR_SECONDS = 600
LANGUAGES = re.findall(r"^```(\w*)\n.*?^```$", TOUR, re.DOTALL | re.MULTILINE)
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", TOUR, re.DOTALL | re.MULTILINE)

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
    (tmp_path / ".venv").symlink_to(sys.prefix)
    code, told = tour(tmp_path)
    log = tmp_path / "tour" / "service.log"
    assert code == 0, f"{told}\n{log.read_text('utf-8')[-2000:] if log.exists() else ''}"
    assert '{"status":"ok"}' in told
    assert re.search(r"^true returns on spend: tv \d", told, re.MULTILINE)
    assert "event: succeeded" in told
    assert re.search(r"^(trusted|caution)$", told, re.MULTILINE)
    assert "</html>" in (tmp_path / "tour" / "report.html").read_text("utf-8")


def tour(folder: Path) -> tuple[int, str]:
    """Exit status and output of all blocks in one bash; what it started is told to end."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("PRUDENT_")}
    with subprocess.Popen(
        ["bash", "-c", STRICT + "".join(BLOCKS)],
        cwd=folder,
        env={**base, "PYTHONPATH": str(ROOT), "PRUDENT_PORT": str(free_port())},
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
