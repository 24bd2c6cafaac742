"""Starting the service: where it may listen, what it must not load, what it clears away."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.jobs.identity import claim_service
from app.main import create_app
from app.serve import refuse_unsafe, require_address, serve
from app.settings import Settings
from app.startup_errors import AddressUnusable, DataDirectoryInUse, UnsafeBind
from app.store.disk import DiskStore
from tests.app.console.test_operator_commands import prudent
from tests.app.fake_fit import GARBAGE, KILLED, RAISES, REFUSED, TRUSTED
from tests.app.operations.test_topology import running
from tests.app.running import (
    bare_environment,
    fake_service,
    fitted_model,
    start_fit,
    wait_for,
    wait_until,
)

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_loopback_addresses_are_allowed(host) -> None:
    refuse_unsafe(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1"])
def test_other_addresses_are_allowed_where_credentials_are_asked_for(host) -> None:
    refuse_unsafe(Settings(host=host, auth="keys"))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "no-such-host.invalid"])
def test_other_addresses_are_refused(host, tmp_path) -> None:
    with pytest.raises(UnsafeBind):
        serve(Settings(host=host, data_dir=tmp_path / "untouched"))
    assert not (tmp_path / "untouched").exists()


def test_settings_come_from_the_environment(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PRUDENT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PRUDENT_FIT_WORKERS", "3")
    settings = Settings()
    assert (settings.data_dir, settings.fit_workers) == (tmp_path, 3)
    assert settings.resolved_database_url == f"sqlite:///{tmp_path / 'prudent.db'}"
    assert Settings(database_url="postgresql+psycopg://db/x").resolved_database_url.endswith("/x")


LOADED = """
import sys
from app.main import create_app
from app.settings import Settings
create_app(Settings()).openapi()
heavy = {"pymc", "pytensor", "nutpie", "numba", "arviz", "plotly"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""


def test_the_service_never_loads_the_sampler(tmp_path) -> None:
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{LOADED}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_data_directory_in_use_is_refused(tmp_path, models) -> None:
    held = claim_service(tmp_path / "locks")
    try:
        app = create_app(Settings(data_dir=tmp_path))
        with pytest.raises(DataDirectoryInUse):
            run_lifespan(app)
        with pytest.raises(DataDirectoryInUse, match="PRUDENT_DATA_DIR"):
            serve(Settings(data_dir=tmp_path))
    finally:
        held.release()


def test_a_port_in_use_is_refused_by_its_number() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressUnusable, match=rf"port {port} .*--port"):
            require_address("127.0.0.1", port)
    require_address("127.0.0.1", 0)


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PRUDENT_DATA_DIR", "FILE", "cannot be created"),
        ("PRUDENT_DATABASE_URL", "postgres://prudent@localhost/x", "postgresql+psycopg://"),
        ("PRUDENT_DATABASE_URL", "mysql://prudent@localhost/x", "postgresql+psycopg://"),
        (
            "PRUDENT_DATABASE_URL",
            "postgresql+psycopg://x@127.0.0.1:1/x",
            "Check that it is running",
        ),
    ],
)
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_what_nothing_starts_without_is_told_in_one_line(
    tmp_path, command, variable, value, told
) -> None:
    file = tmp_path / "file"
    file.touch()
    usable = {"PRUDENT_DATA_DIR": str(tmp_path / "data"), "PRUDENT_PORT": "0"}
    done = prudent(command, **usable | {variable: value.replace("FILE", str(file))})
    assert done.returncode == 1
    assert (variable in done.stderr, told in done.stderr) == (True, True)
    assert len(done.stderr.splitlines()) <= 2, done.stderr


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_misspelt_setting_is_warned_of(tmp_path, command) -> None:
    log, told = tmp_path / "log", "PRUDENT_PROT is not a setting; did you mean PRUDENT_PORT?"
    variables = {"PRUDENT_DATA_DIR": str(tmp_path), "PRUDENT_PORT": "0", "PRUDENT_PROT": "8001"}
    with running([command], bare_environment(**variables, PYTHONPATH=str(ROOT)), log):
        wait_until(lambda: told in log.read_text("utf-8"))


def run_lifespan(app) -> None:
    """Run the application's lifespan in this thread."""
    import asyncio

    async def start() -> None:
        async with app.router.lifespan_context(app):
            pass

    asyncio.run(start())


FAILURES = {
    "refused": (REFUSED, 422, "invalid_data"),
    "raises": (RAISES, 500, "fit_failed"),
    "killed": (KILLED, 500, "fit_crashed"),
    "garbage": (GARBAGE, 500, "artefact_corrupt"),
}


def test_failed_fits_and_damaged_files_are_told_as_such(tmp_path, models) -> None:
    with fake_service(tmp_path, models, fit_workers=4) as client:
        started = {name: start_fit(client, seed) for name, (seed, _, _) in FAILURES.items()}
        for name, (_, status, code) in FAILURES.items():
            done = wait_for(client, started[name])
            assert (done["status"], done["result"]) == ("failed", None)
            assert (done["error"]["status"], done["error"]["code"]) == (status, code)
            assert done["error"]["request_id"].startswith("req_")
        assert client.get("/v1/models").json()["items"] == []

        model_id = fitted_model(client, TRUSTED)
        store = DiskStore(tmp_path / "artefacts")
        paths = map(store.path, store.keys())
        path = next(path for path in paths if _is_model(path))
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        for what in ("curves", "posterior"):
            answer = client.get(f"/v1/models/{model_id}/{what}")
            assert (answer.status_code, answer.json()["code"]) == (500, "artefact_corrupt")

    orphan = store.put(b"left by a crash")
    (tmp_path / "work" / "local-0" / "half").mkdir(parents=True)
    with fake_service(tmp_path, models, artefact_grace_seconds=0) as client:
        assert client.get("/readyz").status_code == 200
        wait_until(lambda: orphan not in set(store.keys()))
    assert not list((tmp_path / "work").glob("*/*"))


def _is_model(path: Path) -> bool:
    return path.read_bytes()[:8] == b"\x89HDF\r\n\x1a\n"
