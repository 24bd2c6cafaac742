"""Errors about stored files: translated from the system's, logged and counted."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from app.errors import StoreError, StoreFull, StoreReadOnly, StoreUnavailable
from app.runtime.metrics import CHECKSUM_FAILURES
from mmm.errors import ArtefactError

log = logging.getLogger(__name__)

StoreRole = Literal["store", "cache"]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EIO})


@contextmanager
def disk_errors(location: object) -> Iterator[None]:
    """Raise a StoreError for the system's errors about files in ``location``."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, location) or error from error


def storage_error(error: OSError, location: object) -> StoreError | None:
    """Translate a system error about files in ``location``; None if it is of another kind."""
    if error.errno in _FULL:
        return StoreFull(
            f"No space is left in {location} ({error.strerror}); nothing was saved. "
            "Free or add space there, then try again."
        )
    if error.errno == errno.EROFS:
        return StoreReadOnly(
            f"Files in {location} can only be read ({error.strerror}); nothing was saved. "
            "Mount it for writing, then try again."
        )
    if error.errno in _REFUSED:
        return StoreUnavailable(
            f"Files in {location} cannot be used ({error.strerror}); nothing was saved. "
            "Check the disk, and that the directory belongs to the service's user."
        )
    return None


def damaged(key: str, role: StoreRole) -> ArtefactError:
    """Count and log a file whose checksum is not its name; returns the error to raise."""
    CHECKSUM_FAILURES.labels(role).inc()
    log.error("stored file is damaged", extra={"key": key, "place": role})
    return ArtefactError(
        f"The stored file {key[:12]}… is damaged: its checksum does not match. "
        "Restore it from a backup, or upload or fit again."
    )


def missing(key: str) -> ArtefactError:
    """The error about a key that has no stored file."""
    return ArtefactError(
        f"The stored file {key[:12]}… is missing. Restore it from a backup, or upload or fit again."
    )
