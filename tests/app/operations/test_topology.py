"""The parts of compose.yaml as plain processes: Postgres, S3-speaking store, API, two workers."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from mmm.simulate.worlds import make_world
from tests.app.object_store import BUCKET, free_port, object_server
from tests.app.operations.test_images import OURS
from tests.app.running import ROOT, bare_environment, wait_for, wait_until
from tests.shared_code import shared_cache

SECRET = "0123456789abcdef" * 4


@contextmanager
def running(command: Sequence[str], variables: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(_prudent(*command), env=variables, stdout=output, stderr=output)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(40)
            finally:
                process.kill()


def _prudent(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", *arguments]


def once(command: Sequence[str], variables: dict[str, str]) -> str:
    done = subprocess.run(_prudent(*command), env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def environment(name: str, values: dict[str, str], folder: Path) -> dict[str, str]:
    """That of a part in compose.yaml, with the addresses and secrets of this test."""
    given = {key: values.get(key, value) for key, value in OURS[name]["environment"].items()}
    own = {"PRUDENT_METRICS_PORT": str(free_port()), "PRUDENT_METRICS_HOST": "127.0.0.1"}
    where = {"PYTHONPATH": str(ROOT), "PRUDENT_DATA_DIR": str(folder / name)}
    where["PRUDENT_CACHE_DIR"] = str(shared_cache())
    return bare_environment(**{**given, **own, **where})


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_a_fit_goes_through_api_worker_postgres_and_bucket(tmp_path, postgres_cluster) -> None:
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", tmp_path / "log"
    with ExitStack() as stack:
        store = stack.enter_context(object_server())
        values = {
            "PRUDENT_DATABASE_URL": postgres_cluster.fresh(),
            "PRUDENT_ARTEFACT_URL": f"s3://{BUCKET}",
            "PRUDENT_KEY_SECRET": SECRET,
            "PRUDENT_HOST": "127.0.0.1",
            **store.environment(),
        }
        api = {**environment("api", values, tmp_path), "PRUDENT_PORT": str(port)}
        once(OURS["schema"]["command"], environment("schema", values, tmp_path))
        stack.enter_context(running(OURS["api"]["command"], api, log))
        for number in range(OURS["worker"]["deploy"]["replicas"]):
            worker = environment("worker", values, tmp_path / str(number))
            stack.enter_context(running(OURS["worker"]["command"], worker, log))
        wait_until(lambda: ready(url), 60)
        key = once(["keys", "create", "test", "--scope", "write"], api).split()
        token = next(word for word in key if word.startswith("prudent_"))
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            assert httpx.get(f"{url}/v1/models").status_code == 401
            result = fit(client)
            path = f"/v1/models/{result['model_id']}/contributions"
            found = client.get(path).raise_for_status().json()
            assert found["channels"]
        stored = [found["path"] for page in store.bucket().list() for found in page]
        # On a slow machine the fit had a first look, whose file waits for the housekeeping.
        looks = int("first_look" in result)
        assert len(stored) == 3 + looks, "the table, the model, and the probe of readiness"
        said = once(["backup", str(tmp_path / "backup.tar")], api)
        assert "2 files" in said
        assert "artefact store: ok" in once(["config", "check"], api)


def fit(client: httpx.Client) -> dict[str, Any]:
    world = make_world(weeks=60)
    rows = json.loads(world.frame.to_json(orient="records", date_format="iso"))
    body = {
        "data": {"rows": [{**row, "week": row["week"][:10]} for row in rows]},
        "model": world.spec,
        "sampling": {"draws": 100, "tune": 100, "chains": 2},
    }
    answer = client.post("/v1/fit", json=body)
    assert answer.status_code == 202, answer.text
    operation_id = answer.json()["id"]
    wait_until(lambda: _ended(client, operation_id), 600)
    done = wait_for(client, operation_id)
    assert done["status"] == "succeeded", done["error"]
    result: dict[str, Any] = done["result"]
    return result


def _ended(client: httpx.Client, operation_id: str) -> bool:
    status = client.get(f"/v1/operations/{operation_id}").raise_for_status().json()["status"]
    return status not in ("queued", "running")
