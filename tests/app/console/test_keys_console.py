"""``prudent keys``: the first key of a service, made on its own machine."""

import subprocess
from pathlib import Path

from app.access.api_key import is_well_formed
from tests.app.console.processes import run_prudent
from tests.app.keyed import bearer
from tests.app.running import ROOT, bare_environment, fake_service


def prudent(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ("keys", *arguments, "--data-dir", folder)
    return run_prudent(*command, folder=ROOT, variables=bare_environment())


def test_keys_are_made_on_the_command_line(tmp_path, models) -> None:
    made = prudent(tmp_path, "create", "first", "--scope", "admin", "--days", "30")
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    assert is_well_formed(key)
    assert key not in made.stderr
    with fake_service(tmp_path, models, auth="keys") as client:
        items = client.get("/v1/keys", headers=bearer(key)).json()["items"]
        listed = prudent(tmp_path, "list")
        assert items[0]["id"] in listed.stdout
        assert prudent(tmp_path, "revoke", items[0]["id"]).returncode == 0
        assert client.get("/v1/keys", headers=bearer(key)).status_code == 401
        assert prudent(tmp_path, "revoke", "key_absent").returncode == 1
        other = prudent(tmp_path, "create", "second", "--scope", "admin").stdout.strip()
        told = client.get("/v1/audit", headers=bearer(other)).json()["items"]
    place = f"/v1/keys/{items[0]['id']}"
    assert [(entry["action"], entry["resource"], entry["outcome"]) for entry in told[1:]] == [
        ("revoke_key", "/v1/keys/key_absent", 404),
        ("revoke_key", place, 204),
        ("create_key", place, 201),
    ]
    assert all(entry["subject"].startswith("console:") for entry in told)
    assert prudent(tmp_path, "create", "x", "--scope", "owner").returncode == 2
    assert prudent(tmp_path, "create", "x", "--tenant", "../x").returncode == 2
