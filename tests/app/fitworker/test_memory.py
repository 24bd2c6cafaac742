"""A fit process judges its own memory: the size of the process that started it is no matter."""

import os
import subprocess
import sys

import pytest

from app.fitworker.child import MAX_PEAK_BYTES
from tests.app.fake_fit import TRUSTED
from tests.app.fitworker.test_fitworker import request
from tests.app.running import ROOT, fake_command

STARTED_BY_A_LARGE_PARENT = """
import sys
from pathlib import Path
from app.fitworker.process import FitProcess, make_launch
from app.fitworker.protocol import FitRequest
size, request, cache, *command = sys.argv[1:]
ballast = b"x" * int(size)
process = FitProcess(make_launch(Path(cache), command))
process.run(FitRequest.model_validate_json(request), lambda _: None, 60.0)
print(process.ready)
process.close()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone has VmHWM")
def test_a_child_of_a_large_parent_takes_another_request(models, tmp_path) -> None:
    """The parent holds more than a fit process may ever have had, and the child is small."""
    size, asked = str(MAX_PEAK_BYTES + (64 << 20)), request(tmp_path, TRUSTED).model_dump_json()
    script = [sys.executable, "-c", STARTED_BY_A_LARGE_PARENT]
    done = subprocess.run(
        [*script, size, asked, str(tmp_path / "cache"), *fake_command(models)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "True\n", done.stderr
