"""Backup and restore: all rows and the files they reference, in one archive with checksums.

    manifest.json     release, time, checksum of the rows, keys of the files
    rows.db           all rows as a SQLite file, whatever the kind of database
    artefacts/<key>   each file; its name is its checksum

Rows are copied first. A file that they reference is retained at least for the grace period of the
sweep, so the archive is complete although the service keeps running. Jobs are not included: after a
restore, operations that had not ended start again.
"""

import hashlib
import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ValidationError

from app.db.artefact_keys import all_referenced
from app.db.copying import copy_rows, snapshot
from app.db.database import Database, open_database
from app.startup_errors import RestoreRefused
from app.store.port import ArtefactStore
from mmm.errors import ArtefactError

MANIFEST, ROWS, ARTEFACTS = "manifest.json", "rows.db", "artefacts/"
FORMAT = "prudent-backup-1"


class Manifest(BaseModel):
    """The contents of an archive; ``lost`` are files that were missing or damaged at the time."""

    format: str = FORMAT
    release: str
    created_at: datetime
    rows_sha256: str
    artefacts: tuple[str, ...]
    lost: tuple[str, ...]


def backup(database: Database, store: ArtefactStore, path: Path, release: str) -> Manifest:
    """Write the archive, which appears at ``path`` only when it is complete.

    Missing and damaged files are listed in the manifest; everything else is saved. Raises OSError,
    StoreUnavailable, and FileExistsError instead of overwriting an archive.
    """
    if path.exists():
        raise FileExistsError(f"{path} already exists; choose another name.")
    partial = path.with_name(path.name + ".partial")
    try:
        with TemporaryDirectory(dir=path.absolute().parent, prefix=".prudent-backup-") as folder:
            rows = Path(folder) / ROWS
            snapshot(database, rows)
            manifest = _manifest(rows, store, release)
            with tarfile.open(partial, "w") as archive:
                _add(archive, MANIFEST, manifest.model_dump_json(indent=1).encode())
                archive.add(rows, ROWS)
                for key in manifest.artefacts:
                    archive.add(store.path(key), ARTEFACTS + key)
        _flush(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def restore(database: Database, store: ArtefactStore, path: Path) -> Manifest:
    """Restore an archive into an empty database.

    All files are verified by checksum, and the rows are written last and in one transaction, so a
    failed restore leaves a database without rows. Raises RestoreRefused.
    """
    with TemporaryDirectory(prefix="prudent-restore-") as folder, _opened(path) as archive:
        members = _Members(archive)
        manifest = _read_manifest(members)
        rows = Path(folder) / ROWS
        with rows.open("wb") as file:
            shutil.copyfileobj(members.read(ROWS), file)
        if _sha256(rows) != manifest.rows_sha256:
            raise RestoreRefused("The rows of the archive are damaged; take another backup.")
        for key in manifest.artefacts:
            if store.put(members.read(ARTEFACTS + key).read()) != key:
                raise RestoreRefused(f"The file {key[:12]}… of the archive is damaged.")
        saved = open_database(f"sqlite:///{rows}")
        try:
            saved.upgrade()
            database.upgrade()
            copy_rows(saved, database)
        finally:
            saved.close()
    return manifest


class _Members:
    """The archive's files, read in the order in which they were written."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive

    def read(self, name: str) -> BytesIO:
        member = self._archive.next()
        file = self._archive.extractfile(member) if member and member.name == name else None
        if file is None:
            raise RestoreRefused(f"The archive is incomplete: {name} is missing or misplaced.")
        return BytesIO(file.read())


def _read_manifest(members: _Members) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(members.read(MANIFEST).read())
    except ValidationError as error:
        raise RestoreRefused("The archive's manifest cannot be read.") from error
    if manifest.format != FORMAT:
        raise RestoreRefused(f"The archive has format {manifest.format!r}, not {FORMAT!r}.")
    return manifest


def _manifest(rows: Path, store: ArtefactStore, release: str) -> Manifest:
    saved = open_database(f"sqlite:///{rows}")
    try:
        with saved.read() as session:
            keys = sorted(all_referenced(session))
    finally:
        saved.close()
    sound = set(_sound(store, keys))
    return Manifest(
        release=release,
        created_at=datetime.now(UTC),
        rows_sha256=_sha256(rows),
        artefacts=tuple(key for key in keys if key in sound),
        lost=tuple(key for key in keys if key not in sound),
    )


def _sound(store: ArtefactStore, keys: Iterable[str]) -> Iterator[str]:
    for key in keys:
        try:
            store.path(key)
        except ArtefactError:
            continue
        yield key


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as archive:
            yield archive
    except tarfile.TarError as error:
        raise RestoreRefused(f"{path} is not a backup archive, or is incomplete.") from error


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, BytesIO(content))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
