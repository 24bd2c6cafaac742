"""Identities of workers: one (host and slot) per process, held by a lock on a file."""

from pathlib import Path

from app.runtime.locks import Lock, LockTaken, lock, lock_first_free
from app.startup_errors import DataDirectoryInUse, IdentityInUse

SERVICE = "service"


def claim_service(directory: Path) -> Lock:
    """Lock a data directory for this service process; raises DataDirectoryInUse."""
    try:
        return lock(directory, SERVICE)
    except LockTaken as error:
        raise DataDirectoryInUse(
            f"The data directory is in use by another service (process {error}). Stop that "
            "service, or set PRUDENT_DATA_DIR to another directory."
        ) from error


def claim_identity(directory: Path, host: str, slot: int | None = None) -> Lock:
    """Lock the identity of a slot of this host, or of the first free slot; raises IdentityInUse."""
    if slot is None:
        return lock_first_free(directory, host)
    try:
        return lock(directory, f"{host}-{slot}")
    except LockTaken as error:
        raise identity_in_use(f"{host}-{slot}", f"process {error}") from error


def identity_in_use(identity: str, holder: str) -> IdentityInUse:
    """The error about an identity that another worker uses."""
    return IdentityInUse(
        f"The worker identity {identity!r} is in use by {holder}. Two workers of one identity "
        "would treat each other as dead: stop that worker, choose another --slot, or omit --slot "
        "to take the next free slot."
    )
