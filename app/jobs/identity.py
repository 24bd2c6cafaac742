"""Who works on the jobs: one identity (host and slot) per process, held by a lock on a file."""

from pathlib import Path

from app.errors import DataDirectoryInUse, IdentityInUse
from app.runtime.locks import Lock, Taken, lock, lock_first_free

SERVICE = "service"


def claim_service(directory: Path) -> Lock:
    """The right to be the service on a data directory; raises DataDirectoryInUse."""
    try:
        return lock(directory, SERVICE)
    except Taken as error:
        raise DataDirectoryInUse(
            f"The data directory is in use by another service (process {error}). Stop that one, "
            "or set PRUDENT_DATA_DIR to another directory."
        ) from error


def claim_identity(directory: Path, host: str, slot: int | None = None) -> Lock:
    """The identity of a slot of this host, or of the first free one; raises IdentityInUse."""
    if slot is None:
        return lock_first_free(directory, host)
    try:
        return lock(directory, f"{host}-{slot}")
    except Taken as error:
        raise identity_in_use(f"{host}-{slot}", f"process {error}") from error


def identity_in_use(identity: str, holder: str) -> IdentityInUse:
    """The refusal of an identity that another worker goes by."""
    return IdentityInUse(
        f"The worker identity {identity!r} is in use by {holder}. Two workers of one identity "
        "would take each other for dead: stop that one, choose another --slot, or leave --slot "
        "out to take the next free one."
    )
