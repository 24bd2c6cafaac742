"""Machine code of models on disk: a structure is compiled once per machine, not once per process.

An entry holds the object code of a density with its gradient (``native``), and the names of the
data that it reads and of the functions that it calls. Its name is the key of the computation
(``graph_key``), which depends on processor and package versions too; the numbers of a panel are
passed at run time. Entries are written whole or not at all and read with checksums; one that cannot
be read is compiled anew.
"""

import contextlib
import json
import os
import struct
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytensor

from mmm.code_folder import CODE_DIR
from mmm.inference.native.object_code import Loaded, ObjectCode
from mmm.tables.files.archive import UNPACK_ERRORS

FORMAT = 3
MOST_BYTES = 2**30
"""Of all entries together: some ten thousand structures."""
_DAMAGED = (*UNPACK_ERRORS, struct.error, KeyError, TypeError)
"""What reading a damaged file ends in, depending on the byte."""
_ready: dict[str, "StoredFunctions"] = {}
"""Functions in this process by key: the same code is not loaded beside itself."""


def code_folder() -> Path:
    """The folder that ``PRUDENT_CODE_DIR`` names, or one beside PyTensor's own compiled code."""
    given = os.environ.get(CODE_DIR)
    return Path(given) if given else Path(pytensor.config.base_compiledir) / "prudent"


@dataclass(frozen=True)
class Entry:
    """What a file holds: object code, and the names of the data nodes that it reads, in order."""

    data: tuple[str, ...]
    code: ObjectCode


@dataclass(frozen=True)
class StoredFunctions:
    """An entry's functions in memory, and the names of the data nodes that they read, in order."""

    data: tuple[str, ...]
    loaded: Loaded


def save(key: str, entry: Entry) -> None:
    """Write the entry of ``key``; warns where the folder cannot be written."""
    _ready.pop(key, None)
    try:
        code_folder().mkdir(parents=True, exist_ok=True)
        _write(code_folder() / f"{key}.zip", entry)
        _prune()
    except OSError as error:
        warnings.warn(f"compiled code is not kept in {code_folder()}: {error}", stacklevel=2)


def load(key: str) -> StoredFunctions | None:
    """The functions of ``key``; None if there are none."""
    path = code_folder() / f"{key}.zip"
    try:
        entry = _read(path)
        if key not in _ready:
            _ready[key] = StoredFunctions(entry.data, Loaded(entry.code))
        with contextlib.suppress(OSError):
            os.utime(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        warnings.warn(f"{path.name} cannot be read and is compiled anew: {error}", stacklevel=2)
        return None
    return _ready[key]


def _write(path: Path, entry: Entry) -> None:
    about = {"format": FORMAT, "data": entry.data, "outside": entry.code.outside}
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                archive.writestr("about.json", json.dumps(about))
                archive.writestr("density.o", entry.code.code)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _read(path: Path) -> Entry:
    """The entry at ``path``; raises ValueError or OSError where a byte is not as it was written."""
    try:
        with zipfile.ZipFile(path) as file:
            about: dict[str, Any] = json.loads(file.read("about.json"))
            if about["format"] != FORMAT:
                raise ValueError(f"format {about['format']}, not {FORMAT}")
            data, outside = (tuple(map(str, about[name])) for name in ("data", "outside"))
            return Entry(data, ObjectCode(file.read("density.o"), outside))
    except _DAMAGED as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _prune() -> None:
    """Delete the least recently used entries beyond the most bytes."""
    entries = [(path, path.stat()) for path in code_folder().glob("*.zip")]
    total = 0
    for path, about in sorted(entries, key=lambda entry: -entry[1].st_mtime):
        total += about.st_size
        if total > MOST_BYTES:
            path.unlink(missing_ok=True)
