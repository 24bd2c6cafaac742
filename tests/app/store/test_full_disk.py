"""Full disks and disks that refuse: clear problems, nothing half-written, and work afterwards."""

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.db.database import Database, open_database
from app.errors import StoreFull, StoreReadOnly, StoreUnavailable
from app.store.disk import DiskStore
from mmm.posterior.fitted import save_model
from tests.app.fake_fit import TRUSTED
from tests.app.running import ROOT, fake_service, fit_body, rows, start_fit, wait_for
from tests.app.small_disk import small_disk
from tests.mmm.fakes import fake_model

LIMITED = """
import json, resource, signal, sys
from pathlib import Path
from app.errors import StoreFull
from app.store.disk import DiskStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = DiskStore(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    store.put(bytes(1_000_000))
except StoreFull as error:
    told = str(error)
print(json.dumps([told, store.put(b"little"), sorted(store.keys())]))
"""


def stored(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_that_finds_no_room_leaves_nothing(tmp_path) -> None:
    """A limit on the size of files stands in for a full disk, on every machine."""
    command = [sys.executable, "-c", LIMITED, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told, key, keys = json.loads(done.stdout)
    assert "No space" in told
    assert "Free or add space" in told
    assert keys == [key]
    assert stored(tmp_path) == [key]


def test_a_full_disk_fails_uploads_and_fits_and_leaves_nothing(tmp_path, models) -> None:
    artefacts = tmp_path / "artefacts"
    model_bytes = (models / "trusted.nc").stat().st_size
    data = json.dumps({"rows": rows()}).encode()
    kilobytes = 4 * (model_bytes + len(data)) // 1024
    with small_disk(artefacts, kilobytes) as disk, fake_service(tmp_path, models) as client:
        disk.leave(free=0)
        answer = client.post("/v1/fit", json=fit_body())
        assert (answer.status_code, answer.json()["code"]) == (507, "store_full")
        assert client.get("/v1/operations").json()["items"] == []
        assert client.get("/readyz").status_code == 503
        assert stored(artefacts) == ["filler"]

        disk.leave(free=len(data) + model_bytes // 2)
        failed = wait_for(client, start_fit(client, TRUSTED))
        assert (failed["status"], failed["error"]["code"]) == ("failed", "store_full")
        assert failed["error"]["status"] == 507
        assert client.get("/v1/models").json()["items"] == []
        assert len(stored(artefacts)) == 2, "the filler and the data"

        disk.clear()
        done = wait_for(client, start_fit(client, TRUSTED))
        assert done["status"] == "succeeded"
        assert client.get("/readyz").status_code == 200


def test_a_full_work_directory_fails_the_fit_for_want_of_room(tmp_path, models) -> None:
    work = tmp_path / "work"
    with small_disk(work, 1024) as disk, fake_service(tmp_path, models) as client:
        disk.leave(free=(models / "trusted.nc").stat().st_size // 2)
        failed = wait_for(client, start_fit(client, TRUSTED))
        assert (failed["status"], failed["error"]["code"]) == ("failed", "store_full")
        assert failed["error"]["status"] == 507
        assert str(work) in failed["error"]["detail"]
        assert "Free or add space" in failed["error"]["detail"]
        disk.leave(free=0)
        failed = wait_for(client, start_fit(client, TRUSTED))
        assert failed["error"]["code"] == "store_full"
        disk.clear()
        assert wait_for(client, start_fit(client, TRUSTED))["status"] == "succeeded"


def test_a_model_that_finds_no_room_is_an_error_of_the_system(tmp_path) -> None:
    with small_disk(tmp_path / "small", 16) as disk, pytest.raises(OSError) as caught:
        save_model(fake_model(), disk.path / "model.nc")
    assert caught.value.errno == errno.ENOSPC


def test_a_disk_mounted_for_reading_refuses_writes_and_answers_reads(tmp_path, models) -> None:
    artefacts = tmp_path / "artefacts"
    with small_disk(artefacts, 8192) as disk, fake_service(tmp_path, models) as client:
        data = {"dataset_id": client.post("/v1/datasets", json={"rows": rows()}).json()["id"]}
        model_id = wait_for(client, start_fit(client, TRUSTED, data=data))["result"]["model_id"]
        before = stored(artefacts)
        disk.writable(False)
        answer = client.post("/v1/datasets", json={"rows": rows()[:-1]})
        assert (answer.status_code, answer.json()["code"]) == (507, "store_read_only")
        failed = wait_for(client, start_fit(client, TRUSTED, data=data))
        assert (failed["status"], failed["error"]["code"]) == ("failed", "store_read_only")
        assert client.get("/readyz").status_code == 503
        assert client.get(f"/v1/models/{model_id}/curves").status_code == 200
        assert stored(artefacts) == before
        disk.writable(True)
        assert client.get("/readyz").status_code == 200


def test_a_directory_that_may_not_be_written_is_a_clear_error(tmp_path) -> None:
    with small_disk(tmp_path / "small", 64) as disk:
        disk.writable(False)
        with pytest.raises(StoreReadOnly, match="for writing"):
            DiskStore(disk.path / "artefacts")


def test_a_full_disk_under_the_database_is_a_clear_error(tmp_path) -> None:
    with small_disk(tmp_path / "small", 512) as disk:
        database = open_database(f"sqlite:///{disk.path / 'rows.db'}")
        database.upgrade()
        disk.leave(free=0)
        with pytest.raises(StoreFull, match="database"):
            fill(database)
        disk.clear()
        with database.write() as session:
            session.connection().exec_driver_sql("CREATE TABLE more (x)")
        database.close()


def fill(database: Database) -> None:
    with database.write() as session:
        session.connection().exec_driver_sql("CREATE TABLE more (x)")
        session.connection().exec_driver_sql("INSERT INTO more VALUES (zeroblob(300000))")


def test_a_database_that_is_not_there_is_a_clear_error(new_database) -> None:
    url = new_database("postgres") + "&connect_timeout=5"
    gone = open_database(url.replace("/test", "/absent"))
    with pytest.raises(StoreUnavailable, match="PRUDENT_DATABASE_URL"):
        gone.ping()
    gone.close()
