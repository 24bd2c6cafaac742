"""What the service and its fit process say to each other: one JSON object a line.

    service -> child (stdin)    a request, stops; another request after done; the end means: die
    child -> service (stdout)   ready, then for each request progress ..., then done or error

A fit reads its table from ``table_path``, in the bytes and type that were sent in, so that both
sides parse it by the same function, and leaves the model in ``model_path``.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.errors import StoreError
from app.store.failures import storage_error
from mmm.errors import DataError, Issue, IssuesError, QueryError, SamplingError, SpecError
from mmm.progress import ChainProgress, Progress


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FitRequest(_Message):
    """What to fit, and where the result goes; ``base_path``: the model that a refit continues.

    ``labels`` are in every line that the process logs.
    """

    spec: dict[str, Any]
    sampling: dict[str, Any]
    table_path: str
    media_type: str
    model_path: str
    log_level: str = "WARNING"
    labels: dict[str, str] = {}
    base_path: str | None = None


class Stop(_Message):
    """End with the draws that there are."""

    command: Literal["stop"] = "stop"


class Ready(_Message):
    """Everything is imported; a request may come."""

    event: Literal["ready"] = "ready"


class Report(_Message):
    """The fit is so far."""

    event: Literal["progress"] = "progress"
    progress: Progress


class Done(_Message):
    """The model file is complete; ``again``: the process waits for another request."""

    event: Literal["done"] = "done"
    again: bool


class Failed(_Message):
    """The fit ended with an error: ``kind`` is its class; ours come with their issues, those of the
    system with their number, and the file where they name one."""

    event: Literal["error"] = "error"
    kind: str
    message: str
    issues: tuple[tuple[str, str, str], ...] = ()
    errno: int | None = None
    file: str | None = None


Event = Ready | Report | Done | Failed

REQUESTS: TypeAdapter[FitRequest | Stop] = TypeAdapter(FitRequest | Stop)
EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])

_CARRIED: dict[str, type[IssuesError]] = {
    kind.__name__: kind for kind in (DataError, SpecError, QueryError, SamplingError)
}


def failed(error: BaseException) -> Failed:
    """The message about an error."""
    told = Failed(kind=type(error).__name__, message=str(error))
    if isinstance(error, IssuesError):
        issues = tuple((issue.pointer, issue.code, issue.detail) for issue in error.issues)
        return told.model_copy(update={"issues": issues})
    if isinstance(error, OSError):
        file = error.filename2 or error.filename  # of a copy, the one that was written
        named = None if file is None else str(file)
        return told.model_copy(update={"errno": error.errno, "file": named})
    return told


def carried_error(message: Failed, folder: Path) -> IssuesError | StoreError | None:
    """The error that the message is about: the model package's, or of the disk under ``folder``
    (or the named file); None for any other."""
    if message.errno is not None:
        error = OSError(message.errno, os.strerror(message.errno))
        return storage_error(error, message.file or folder)
    kind = _CARRIED.get(message.kind)
    return kind(Issue(*issue) for issue in message.issues) if kind else None


__all__ = [
    "EVENTS",
    "REQUESTS",
    "ChainProgress",
    "Done",
    "Event",
    "Failed",
    "FitRequest",
    "Progress",
    "Ready",
    "Report",
    "Stop",
    "carried_error",
    "failed",
]
