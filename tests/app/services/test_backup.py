"""Backup and restore between databases of both kinds; damage is found, nothing comes by half."""

import tarfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.db.database import Database, open_database
from app.db.models import Base, DatasetRow, OperationRow
from app.services.administration.backup import backup, restore
from app.startup_errors import RestoreRefused
from app.store.disk import DiskStore

CONTENT = b"a table" * 100


@pytest.fixture
def place(new_database):
    """Makes a database of a kind (``prudent restore`` brings it to the schema)."""
    opened = []

    def make(kind: str) -> Database:
        opened.append(open_database(new_database(kind)))
        return opened[-1]

    yield make
    for database in opened:
        database.close()


@pytest.fixture
def store(tmp_path):
    return DiskStore(tmp_path / "artefacts")


def fill(database: Database, store: DiskStore) -> str:
    database.upgrade()
    key = store.put(CONTENT)
    store.put(b"an orphan")
    fixed = {"media_type": "x", "bytes": 1, "profile": {"rows": 3}}
    with database.of("them").write() as session:
        session.add_all(
            DatasetRow(id=f"ds_{n}", name="weiß", artefact_key=key, **fixed) for n in range(1100)
        )
        session.add(OperationRow(id="op_1", kind="fit", request={"x": [1.5]}, input_key=key))
    return key


def rows(database: Database) -> dict[str, list[tuple]]:
    with database.read() as session:
        connection = session.connection()
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("sqlite", "sqlite"),
        ("sqlite", "postgres"),
        ("postgres", "sqlite"),
        ("postgres", "postgres"),
    ],
)
def test_what_is_saved_comes_back(place, store, tmp_path, source, target) -> None:
    saved, fresh = place(source), place(target)
    key = fill(saved, store)
    archive = tmp_path / "backup.tar"
    made = backup(saved, store, archive, "1.2")
    assert (made.artefacts, made.lost) == ((key,), ())
    there = DiskStore(tmp_path / "there")
    assert restore(fresh, there, archive) == made
    assert rows(fresh) == rows(saved)
    assert there.path(key).read_bytes() == CONTENT
    assert list(there.keys()) == [key], "what nothing names is not saved"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["artefacts", "backup.tar", "there"]


def test_a_database_with_rows_is_left_alone(place, store, tmp_path) -> None:
    saved, other = place("sqlite"), place("sqlite")
    fill(saved, store)
    backup(saved, store, tmp_path / "backup.tar", "1.2")
    other.upgrade()
    with other.write() as session:
        session.add(OperationRow(id="op_mine", kind="fit", request={}))
    before = rows(other)
    with pytest.raises(RestoreRefused, match="PRUDENT_DATA_DIR"):
        restore(other, store, tmp_path / "backup.tar")
    assert rows(other) == before


@pytest.mark.parametrize("what", ["rows.db", "artefacts", "manifest.json", "end"])
def test_a_damaged_archive_is_refused(place, store, tmp_path, what) -> None:
    saved, fresh = place("sqlite"), place("sqlite")
    fill(saved, store)
    archive = tmp_path / "backup.tar"
    backup(saved, store, archive, "1.2")
    damage(archive, what)
    with pytest.raises(RestoreRefused):
        restore(fresh, DiskStore(tmp_path / "there"), archive)
    fresh.upgrade()
    with fresh.read() as session:
        assert session.scalar(select(func.count()).select_from(DatasetRow)) == 0


def damage(archive: Path, what: str) -> None:
    """Change a byte in the middle of one member, or cut the archive in half."""
    content = bytearray(archive.read_bytes())
    if what == "end":
        archive.write_bytes(content[: len(content) // 2])
        return
    with tarfile.open(archive) as opened:
        member = next(m for m in opened.getmembers() if m.name.startswith(what))
    content[member.offset_data + member.size // 2] ^= 0x80
    archive.write_bytes(content)


def test_what_is_lost_already_is_named_and_the_rest_is_saved(place, store, tmp_path) -> None:
    saved, fresh = place("sqlite"), place("sqlite")
    key = fill(saved, store)
    store.path(key).write_bytes(b"damaged")
    made = backup(saved, store, tmp_path / "backup.tar", "1.2")
    assert (made.artefacts, made.lost) == ((), (key,))
    restore(fresh, DiskStore(tmp_path / "there"), tmp_path / "backup.tar")
    assert rows(fresh) == rows(saved)


def test_an_archive_is_never_overwritten(place, store, tmp_path) -> None:
    fill(saved := place("sqlite"), store)
    (tmp_path / "backup.tar").write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        backup(saved, store, tmp_path / "backup.tar", "1.2")
    assert (tmp_path / "backup.tar").read_bytes() == b"precious"
