"""Whether a job that is asked to stop has something to keep, and if not, why."""

from app.db.models import OperationRow
from app.errors import NothingToKeep

_WHOLE = {
    "simulate": "a simulation is made in one piece",
    "allocate": "a plan is found in one piece",
}


def require_something_to_keep(row: OperationRow) -> None:
    """Raise NothingToKeep for what is made in one piece, or has made nothing yet."""
    reason = _in_one_piece(row)
    if reason is not None:
        raise NothingToKeep(
            f"The operation {row.id} cannot end with what it has: {reason}. Wait for its end, or "
            "cancel it."
        )
    if not _has_something(row):
        raise NothingToKeep(
            f"The operation {row.id} ({row.stage or row.status}) has made nothing yet that "
            "could be kept: wait until it samples or has points, or cancel it."
        )


def _in_one_piece(row: OperationRow) -> str | None:
    """Why there is never a part of the job's result."""
    sampling = row.request.get("sampling", {})
    if sampling.get("method", "nuts") != "nuts":
        return f"a draft by {sampling['method']} is made in one piece, in seconds"
    if sampling.get("backend") == "jax":
        return "sampling with backend 'jax' is one program that ends with all its draws"
    return _WHOLE.get(row.kind)


def _has_something(row: OperationRow) -> bool:
    """Whether a running job has draws beyond warm-up, or points of a frontier."""
    if row.status != "running":
        return False
    chains = (row.detail or {}).get("chains", [])
    sampled = any(not chain["tuning"] for chain in chains)
    return sampled or (row.stage == "optimizing" and row.progress > 0.0)
