"""The priority of a fit and of what it starts: absolute, and never above that of the service."""

import os
import sys
from pathlib import Path

import pytest

from app.fitworker.process import FitProcess, make_launch
from app.fitworker.protocol import FitRequest

AUTOGROUP = Path("/proc/self/autogroup")
OWN = os.getpriority(os.PRIO_PROCESS, 0)

FIT = """
import subprocess, threading
from pathlib import Path
from app.fitworker.child import serve

def fit(request, report, stop):
    compiler = int(subprocess.run(["nice"], capture_output=True, text=True).stdout)
    tasks = (Path(f"/proc/self/task/{t.native_id}/stat").read_text() for t in threading.enumerate())
    threads = [int(task.rpartition(")")[2].split()[16]) for task in tasks]
    group = Path("/proc/self/autogroup")
    sessions = [int(group.read_text().split()[-1])] if group.exists() else []
    Path(request.model_path).write_text(f"{sorted({compiler, *threads, *sessions})}")

serve(lambda: fit)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are looked at in /proc")
@pytest.mark.parametrize(("configured", "started_under"), [(10, 5), (3, 8)])
def test_the_niceness_of_a_fit_is_absolute_and_at_least_the_services(
    tmp_path, configured, started_under
) -> None:
    """Of all its threads, of a process that it starts, and of its session among the others."""
    command = ["nice", "-n", str(started_under), sys.executable, "-P", "-c", FIT]
    told = tmp_path / "told"
    asked = FitRequest(
        spec={}, sampling={}, table_path="none", media_type="none", model_path=str(told)
    )
    process = FitProcess(make_launch(tmp_path / "cache", command, niceness=configured))
    process.run(asked, lambda _: None, 30.0)
    process.close()
    expected = max(configured, min(OWN + started_under, 19))
    assert told.read_text() == str([expected])
