"""What can go wrong with stored bytes, told plainly and counted."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from app.errors import StoreError, StoreFull, StoreUnavailable
from app.runtime.metrics import CHECKSUM_FAILURES
from mmm.errors import ArtefactError

log = logging.getLogger(__name__)

Place = Literal["store", "cache"]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO})


@contextmanager
def disk_errors(place: object) -> Iterator[None]:
    """Raise StoreFull or StoreUnavailable for what the system says of files in ``place``."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, place) or error from error


def storage_error(error: OSError, place: object) -> StoreError | None:
    """The error about files in ``place`` that the system's error means; None for another one."""
    if error.errno in _FULL:
        return StoreFull(
            f"There is no room left in {place} ({error.strerror}), and nothing was kept. "
            "Free or add space there, then try again."
        )
    if error.errno in _REFUSED:
        return StoreUnavailable(
            f"Files in {place} cannot be used ({error.strerror}), and nothing was kept. "
            "Check that it is mounted for writing and belongs to the service's user."
        )
    return None


def damaged(key: str, place: Place) -> ArtefactError:
    """Count and log bytes that are not those of their name; returns the error to raise."""
    CHECKSUM_FAILURES.labels(place).inc()
    log.error("a stored file is damaged", extra={"key": key, "place": place})
    return ArtefactError(
        f"The stored file {key[:12]}… is damaged: its checksum does not match. "
        "Restore it from a backup, or upload or fit again."
    )


def missing(key: str) -> ArtefactError:
    """The error about a key that nothing is stored under."""
    return ArtefactError(
        f"The stored file {key[:12]}… is missing. Restore it from a backup, or upload or fit again."
    )
