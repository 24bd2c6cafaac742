"""The operator's commands, as processes: upgrade, backup, restore, config check."""

import subprocess

from app.db.database import open_database
from app.db.models import DatasetRow
from app.settings import Settings
from app.store.disk import DiskStore
from tests.app.console.processes import run_prudent
from tests.app.running import ROOT, bare_environment


def prudent(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run_prudent(*arguments, folder=ROOT, variables=bare_environment(**variables))


def test_backup_and_restore_from_one_directory_to_another(tmp_path) -> None:
    here, there, archive = tmp_path / "here", tmp_path / "there", str(tmp_path / "backup.tar")
    done = prudent("db", "upgrade", PRUDENT_DATA_DIR=str(here))
    assert done.returncode == 0, done.stderr
    store = DiskStore(Settings(data_dir=here).artefact_dir)
    database = open_database(Settings(data_dir=here).resolved_database_url)
    with database.write() as session:
        key = store.put(b"table")
        session.add(DatasetRow(id="ds_1", media_type="x", artefact_key=key, bytes=1, profile={}))
    database.close()
    assert prudent("backup", archive, PRUDENT_DATA_DIR=str(here)).returncode == 0
    again = prudent("backup", archive, PRUDENT_DATA_DIR=str(here))
    assert (again.returncode, "exists" in again.stderr) == (2, True)
    done = prudent("restore", archive, PRUDENT_DATA_DIR=str(there))
    assert done.returncode == 0, done.stderr
    assert DiskStore(Settings(data_dir=there).artefact_dir).path(key).read_bytes() == b"table"
    refused = prudent("restore", archive, PRUDENT_DATA_DIR=str(there))
    assert (refused.returncode, "already has rows" in refused.stderr) == (1, True)


def test_config_check_says_what_is_in_force(tmp_path) -> None:
    done = prudent("config", "check", PRUDENT_DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 0, done.stderr
    assert f"PRUDENT_DATABASE_URL=sqlite:///{tmp_path / 'data' / 'prudent.db'}" in done.stdout
    assert done.stdout.count(": ok") == 4


def test_config_check_names_every_fault_with_its_remedy(tmp_path) -> None:
    done = prudent(
        "config",
        "check",
        PRUDENT_DATA_DIR=str(tmp_path / "data"),
        PRUDENT_DATABASE_URL="postgresql+psycopg://prudent:hunter2@127.0.0.1:1/x",
        PRUDENT_ARTEFACT_URL="s3:/bucket",
        PRUDENT_FIT_WORKER="2",
    )
    assert done.returncode == 1
    assert "hunter2" not in done.stdout + done.stderr
    assert "prudent:***@127.0.0.1:1/x" in done.stdout
    for told in (
        "PRUDENT_FIT_WORKER is not a setting; did you mean PRUDENT_FIT_WORKERS?",
        "database: The database cannot be used",
        "artefact store: PRUDENT_ARTEFACT_URL",
    ):
        assert told in done.stderr


def test_settings_that_are_wrong_are_named_by_their_variable(tmp_path) -> None:
    done = prudent("config", "check", PRUDENT_FIT_WORKERS="many", PRUDENT_PORT="-1")
    assert done.returncode == 1
    assert "PRUDENT_FIT_WORKERS: " in done.stderr
    assert "PRUDENT_PORT: " in done.stderr
    assert "Traceback" not in done.stderr
