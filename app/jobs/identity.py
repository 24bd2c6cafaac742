"""Who works on the jobs: one identity per process, held by an exclusive lock on a file.

Two living processes with one identity would run jobs twice. The lock goes when the process does,
however it ends, so that the next one may take over the identity and its unfinished jobs.
"""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from app.errors import DataDirectoryInUse


class Identity:
    """An identity, and the lock that makes it ours until ``release``."""

    def __init__(self, name: str, file: TextIO) -> None:
        self.name = name
        self._file = file

    def release(self) -> None:
        """Let another process have it."""
        self._file.close()


def claim_identity(directory: Path, name: str) -> Identity:
    """Lock ``name`` in ``directory``; raises DataDirectoryInUse while another process holds it."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.lock"
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise DataDirectoryInUse(
            f"The data directory is in use by another service (process {holder}). Stop that one, "
            "or set PRUDENT_DATA_DIR to another directory."
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return Identity(name, file)
