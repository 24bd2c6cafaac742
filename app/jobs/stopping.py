"""Whether a job that is asked to stop early has a partial result, and if not, why."""

from app.db.models import OperationRow
from app.errors import NothingToKeep
from app.jobs.kinds import TESTING_KINDS

_WHOLE = {
    "simulate": "a simulation has no partial result",
    "allocate": "an allocation has no partial result",
    "second_model": "a second model is kept whole or not at all",
}


def require_partial_result(row: OperationRow) -> None:
    """Raise NothingToKeep if the job never has a partial result, or has none yet."""
    reason = _reason_for_no_partial_result(row)
    if reason is not None:
        raise NothingToKeep(
            f"The operation {row.id} cannot be stopped early: {reason}. Wait for it to end, or "
            "cancel it."
        )
    if not _has_partial_result(row):
        raise NothingToKeep(
            f"The operation {row.id} ({row.stage or row.status}) has nothing to keep yet: wait "
            "until it is sampling, or has frontier points or a finished part, or cancel it."
        )


def _reason_for_no_partial_result(row: OperationRow) -> str | None:
    """Why the job never has a partial result; None if it may have one."""
    sampling = row.request.get("sampling", {})
    if sampling.get("method", "nuts") != "nuts":
        return f"a draft by {sampling['method']} takes seconds and has no partial result"
    if sampling.get("backend") == "jax":
        return "sampling with backend 'jax' returns all draws at once, at its end"
    return _WHOLE.get(row.kind)


def _has_partial_result(row: OperationRow) -> bool:
    """Whether a running job has draws after warm-up, frontier points, or a finished part."""
    if row.status != "running":
        return False
    if row.kind in TESTING_KINDS:
        return any(key.endswith("/done") for key in row.kept or {})
    chains = (row.detail or {}).get("chains", [])
    sampled = any(not chain["tuning"] for chain in chains)
    return sampled or (row.stage == "optimizing" and row.progress > 0.0)
