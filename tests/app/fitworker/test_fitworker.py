"""The fit process: real children, and every way in which one can end."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.errors import FitCrashed, FitFailed, FitTimedOut
from app.fitworker.child import MAX_FITS
from app.fitworker.pool import FitPool
from app.fitworker.process import FitProcess, make_launch
from app.fitworker.protocol import FitRequest
from app.services.fitting.process_run import ProcessKiller
from mmm.errors import DataError
from mmm.posterior.fitted import load_model
from tests.app.fake_fit import ENDLESS, KILLED, RAISES, REFUSED, SLOW, TRUSTED
from tests.app.running import ROOT, fake_command, gone, wait_until


@pytest.fixture
def how(models, tmp_path):
    return make_launch(tmp_path / "cache", fake_command(models))


def request(folder: Path, seed: int) -> FitRequest:
    return FitRequest(
        spec={},
        sampling={"seed": seed},
        table_path="unused",
        media_type="text/csv",
        model_path=str(folder / "model.nc"),
    )


def run(how, folder: Path, seed: int, timeout: float = 30.0) -> list:
    told: list = []
    FitProcess(how).run(request(folder, seed), told.append, timeout)
    return told


def test_a_fit_reports_and_leaves_its_model(how, tmp_path) -> None:
    told = run(how, tmp_path, TRUSTED)
    assert [(progress.stage, progress.progress) for progress in told] == [("sampling", 0.5)]
    assert told[0].chains[0].draws_done == 5
    assert load_model(tmp_path / "model.nc").verdict.status == "trusted"


def test_errors_of_the_model_package_come_back_as_they_are(how, tmp_path) -> None:
    with pytest.raises(DataError) as caught:
        run(how, tmp_path, REFUSED)
    assert caught.value.issues[0].pointer == "/data/rows/3/tv"


def test_other_errors_are_a_failed_fit(how, tmp_path) -> None:
    with pytest.raises(FitFailed, match="RuntimeError: no such luck"):
        run(how, tmp_path, RAISES)


def test_a_killed_process_is_a_crash_that_names_the_signal(how, tmp_path) -> None:
    with pytest.raises(FitCrashed, match="SIGKILL"):
        run(how, tmp_path, KILLED)


def test_a_process_that_cannot_start_is_a_crash(tmp_path) -> None:
    how = make_launch(tmp_path, [sys.executable, "-c", "raise SystemExit(7)"])
    with pytest.raises(FitCrashed, match="exited with 7"):
        run(how, tmp_path, TRUSTED)


def test_a_line_that_is_no_message_is_a_failed_fit(tmp_path) -> None:
    how = make_launch(tmp_path, [sys.executable, "-c", "print('hello'); input()"])
    with pytest.raises(FitFailed, match="not a message"):
        run(how, tmp_path, TRUSTED)


def test_a_fit_beyond_its_time_is_killed(how, tmp_path) -> None:
    with pytest.raises(FitTimedOut, match=r"1\.5 seconds"):
        run(how, tmp_path, SLOW, timeout=1.5)


def test_kill_ends_a_running_fit_at_once(how, tmp_path) -> None:
    process = FitProcess(how)
    sampling = threading.Event()
    caught: list[Exception] = []

    def work() -> None:
        try:
            process.run(request(tmp_path, SLOW), lambda _: sampling.set(), 60.0)
        except FitCrashed as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert sampling.wait(20)
    started = time.monotonic()
    process.kill()
    thread.join(5)
    assert time.monotonic() - started < 1.0
    assert caught
    assert gone(process.pid)


ORPHAN = """
import os, sys
from pathlib import Path
from app.fitworker.process import FitProcess, make_launch
process = FitProcess(make_launch(Path(sys.argv[1]), sys.argv[2:]))
print(process._process.stdout.readline().decode(), process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_an_orphan_dies_with_its_parent(tmp_path) -> None:
    command = [sys.executable, "-c", ORPHAN, str(tmp_path / "cache"), *fake_command(tmp_path)]
    parent = subprocess.run(command, cwd=ROOT, capture_output=True)
    assert parent.returncode == -signal.SIGKILL, parent.stderr
    pid = int(parent.stdout.split()[-1])
    wait_until(lambda: gone(pid), 2.0)


def test_the_child_has_a_session_of_its_own_and_one_thread_a_library(how) -> None:
    process = FitProcess(how)
    try:
        assert process._process.stdout
        process._process.stdout.readline()
        assert os.getsid(process.pid) == process.pid
    finally:
        process.close()
    assert how.environment["OMP_NUM_THREADS"] == how.environment["NUMBA_NUM_THREADS"] == "1"


def environment_of(pid: int) -> dict[str, str]:
    """Variables that a process was started with (Linux). They stand there a moment after its parent
    goes on, when its program is loaded."""
    path = Path(f"/proc/{pid}/environ")
    wait_until(path.read_bytes, 5.0)
    entries = path.read_bytes().decode().split("\0")
    return dict(entry.split("=", 1) for entry in entries if entry)


def test_the_child_sees_what_a_fit_needs_and_none_of_the_secrets(models, tmp_path) -> None:
    secrets = {
        "PRUDENT_DATABASE_URL": "postgresql+psycopg://prudent:planted@db/prudent",
        "PRUDENT_KEY_SECRET": "planted" * 5,
        "PRUDENT_OIDC_ISSUER": "https://planted",
        "AWS_SECRET_ACCESS_KEY": "planted",
        "PGPASSWORD": "planted",
        "SOMETHING_NEW": "planted",
    }
    needed = {"NUMBA_OPT": "3", "LC_ALL": "C.UTF-8", "TMPDIR": str(tmp_path), "TZ": "UTC"}
    given = {**os.environ, **needed, **secrets}
    process = FitProcess(make_launch(tmp_path / "cache", fake_command(models), given))
    try:
        assert process._process.stdout
        process._process.stdout.readline()
        found = environment_of(process.pid)
    finally:
        process.close()
    assert needed.items() <= found.items()
    assert found["PATH"] == os.environ["PATH"]
    assert secrets.keys().isdisjoint(found)
    assert not [name for name, value in found.items() if "planted" in value]


def compiler_directory(process: FitProcess) -> Path:
    """Where a fit process has its compilers' caches."""
    flags = environment_of(process.pid)["PYTENSOR_FLAGS"]
    return Path(flags.removeprefix("base_compiledir=").removesuffix(",cxx="))


def test_no_two_processes_of_a_host_share_a_compilers_caches_but_all_the_code(how) -> None:
    """Two pools stand for two workers beside each other."""
    pools = [FitPool(how, keep_warm=False) for _ in range(2)]
    taken = [pool.take() for pool in pools for _ in range(2)]
    places = [compiler_directory(process) for process in taken]
    assert [place.name for place in places] == [f"pytensor-{number}" for number in range(4)]
    assert len({environment_of(process.pid)["PRUDENT_CODE_DIR"] for process in taken}) == 1
    pools[0].give_back(taken[1])
    next_one = pools[1].take()
    assert compiler_directory(next_one) == places[1]
    for pool, own in zip(pools, (taken[:1], [*taken[2:], next_one]), strict=True):
        for process in own:
            pool.give_back(process)


def test_a_waiting_process_is_used_and_waits_again_after_the_fit(how, tmp_path) -> None:
    pool = FitPool(how, keep_warm=True)
    pool.warm()
    pool.warm()
    waiting = pool._idle
    assert waiting
    for _ in range(2):
        taken = pool.take()
        assert taken is waiting
        taken.run(request(tmp_path, TRUSTED), lambda _: None, 30.0)
        pool.give_back(taken)
    assert pool._idle is waiting
    pool.close()
    assert gone(waiting.pid)


@pytest.mark.parametrize(("seed", "error"), [(RAISES, FitFailed), (KILLED, FitCrashed)])
def test_a_process_whose_fit_failed_is_replaced(how, tmp_path, seed, error) -> None:
    pool = FitPool(how, keep_warm=True)
    taken = pool.take()
    with pytest.raises(error):
        taken.run(request(tmp_path, seed), lambda _: None, 30.0)
    pool.give_back(taken)
    assert gone(taken.pid)
    assert pool._idle
    assert pool._idle is not taken
    pool.close()


def test_without_a_waiting_process_none_is_kept(how, tmp_path) -> None:
    pool = FitPool(how, keep_warm=False)
    taken = pool.take()
    taken.run(request(tmp_path, TRUSTED), lambda _: None, 30.0)
    pool.give_back(taken)
    assert gone(taken.pid)
    pool.close()


def test_a_process_ends_after_some_fits(how, tmp_path) -> None:
    process = FitProcess(how)
    for number in range(1, MAX_FITS + 1):
        process.run(request(tmp_path, TRUSTED), lambda _: None, 30.0)
        assert process.ready == (number < MAX_FITS)
    assert gone(process.pid)


def test_a_stop_is_for_its_own_fit(how, tmp_path) -> None:
    process = FitProcess(how)
    process.run(request(tmp_path, ENDLESS), lambda _: False, 30.0)
    assert load_model(tmp_path / "model.nc").incomplete
    told: list = []
    late = threading.Timer(1.0, lambda: told.append("stopped"))
    late.start()
    process.run(request(tmp_path, ENDLESS), lambda _: not told, 30.0)
    assert told == ["stopped"]
    process.close()


def test_a_cancelled_job_kills_no_process_that_it_let_go(how) -> None:
    process, killer = FitProcess(how), ProcessKiller()
    try:
        killer.attach(process)
        killer.detach()
        killer.kill()
        assert process.alive
        killer.attach(process)
        wait_until(lambda: not process.alive)
    finally:
        process.close()


def test_a_waiting_process_that_died_is_not_handed_out(how) -> None:
    pool = FitPool(how, keep_warm=True)
    pool.warm()
    assert pool._idle
    dead = pool._idle
    dead.kill()
    wait_until(lambda: not dead.alive)
    fresh = pool.take()
    assert fresh.alive
    pool.give_back(fresh)
    pool.close()
