"""Real servers for the tests: in a thread of this process, or in a process that can be killed."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from app.assemble import run_worker
from app.http.body.paced import PacedProtocol
from app.main import create_app
from app.settings import Settings
from tests.mmm.fakes import RICH, table

FAKE_FIT = Path(__file__).with_name("fake_fit.py")
ROOT = Path(__file__).parents[2]
DEADLINE = 40.0


def bare_environment(**variables: str) -> dict[str, str]:
    """This process's variables and ``variables``, of Prudent's settings these alone; but fits step
    back for nobody, else other tests would hold them up, no disk space is reserved, and no second
    models are fitted."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("PRUDENT_")}
    quiet = {"FIT_NICENESS": "0", "RESERVE_BYTES": "0", "SECOND_MODELS": "false"}
    return {**base, **{f"PRUDENT_{name}": value for name, value in quiet.items()}, **variables}


def fake_command(folder: Path) -> list[str]:
    return [sys.executable, "-P", str(FAKE_FIT), str(folder)]


@contextmanager
def serving(app) -> Iterator[httpx.Client]:
    """The application behind a real server on a free port."""
    config = uvicorn.Config(app, port=0, http=PacedProtocol, log_config=None, access_log=False)
    config.timeout_graceful_shutdown = 2
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        assert server.started, "the server did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def fake_service(data_dir: Path, models: Path, **changes) -> Iterator[httpx.Client]:
    """A service whose fits are the fake's."""
    settings = Settings(data_dir=data_dir, warm_worker=False, **changes)
    with serving(create_app(settings, fit_command=fake_command(models))) as client:
        yield client


class ServiceProcess:
    """``python -m tests.app.running DATA_DIR MODELS``: a service to kill, with its log."""

    def __init__(self, data_dir: Path, models: Path, **variables: str) -> None:
        command = [sys.executable, "-m", "tests.app.running", str(data_dir), str(models)]
        self.log = Path(f"{data_dir}.log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **variables},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout
        port = self.process.stdout.readline().strip()
        assert port, "the service process did not start"
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)

    def close(self, kill: bool = False) -> int:
        self.client.close()
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        code = self.process.wait(DEADLINE)
        assert self.process.stdout
        self.process.stdout.close()
        return code


class WorkerProcess:
    """``python -m tests.app.running --worker DATA_DIR MODELS``: a worker to kill or to freeze."""

    def __init__(self, data_dir: Path, models: Path, slot: str = "", **variables: str) -> None:
        place = (str(data_dir), str(models), slot)
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  (a full pipe would stop it)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.app.running", "--worker", *place],
            cwd=ROOT,
            env={**os.environ, **variables},
            stderr=self._output,
        )

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def close(self, kill: bool = False) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        code = self.process.wait(DEADLINE)
        self._output.seek(0)
        self.told = self._output.read().decode()
        self._output.close()
        return code


def wait_until(met: Callable[[], object], seconds: float = DEADLINE) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, f"not met within {seconds} s"
        time.sleep(0.05)


def rows(weeks: int = 60) -> list[dict]:
    return table(weeks).to_dict("records")


def fit_body(seed: int = 0, **changes) -> dict:
    body = {"data": {"rows": rows()}, "model": RICH, "sampling": {"seed": seed, "draws": 50}}
    return {**body, **changes}


def start_fit(client: httpx.Client, seed: int = 0, **changes) -> str:
    response = client.post("/v1/fit", json=fit_body(seed, **changes))
    assert response.status_code == 202, response.text
    assert response.headers["location"] == f"/v1/operations/{response.json()['id']}"
    return str(response.json()["id"])


def operation(client: httpx.Client, operation_id: str) -> dict:
    found: dict = client.get(f"/v1/operations/{operation_id}").raise_for_status().json()
    return found


def wait_for(client: httpx.Client, operation_id: str, *statuses: str) -> dict:
    wanted = statuses or ("succeeded", "failed", "cancelled")
    wait_until(lambda: operation(client, operation_id)["status"] in wanted)
    return operation(client, operation_id)


def fitted_model(client: httpx.Client, seed: int = 0, **changes) -> str:
    found = wait_for(client, start_fit(client, seed, **changes))
    assert found["status"] == "succeeded", found["error"]
    return str(found["result"]["model_id"])


def children_of(pid: int) -> list[int]:
    """Direct children of a process (Linux)."""
    path = Path(f"/proc/{pid}/task")
    found = [task / "children" for task in path.glob("*")]
    return [int(child) for file in found if file.exists() for child in file.read_text().split()]


def gone(pid: int) -> bool:
    """Whether a process has ended (a zombie has)."""
    path = Path(f"/proc/{pid}/stat")
    return not path.exists() or path.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def main(data_dir: Path, models: Path) -> None:
    """Serve in the main thread, as the command does, so that signals arrive.

    The port is any that is free, unless ``PRUDENT_PORT`` names one that must be known before.
    """
    settings = Settings(data_dir=data_dir, warm_worker=False)
    app = create_app(settings, fit_command=fake_command(models))
    port = int(os.environ.get("PRUDENT_PORT", "0"))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))

    def tell_port() -> None:
        wait_until(lambda: server.started)
        sys.stdout.write(f"{server.servers[0].sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()

    threading.Thread(target=tell_port, daemon=True).start()
    server.run()


def worker(data_dir: Path, models: Path, slot: str) -> None:
    """Work in the main thread, as the command does."""
    settings = Settings(data_dir=data_dir, warm_worker=False)
    run_worker(settings, int(slot) if slot else None, fit_command=fake_command(models))


if __name__ == "__main__":
    if sys.argv[1] == "--worker":
        worker(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
    else:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
