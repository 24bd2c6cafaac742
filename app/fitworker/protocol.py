"""What the service and its fit process say to each other: one JSON object a line.

    service -> child (stdin)    one request, then at most a stop; the end of stdin means: die
    child -> service (stdout)   ready, then progress ..., then done or error

A fit reads its table from ``table_path``, in the bytes and type that were sent in, so that both
sides parse it by the same function, and leaves the model in ``model_path``.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

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
    """The model file is complete."""

    event: Literal["done"] = "done"


class Failed(_Message):
    """The fit ended with an error: ``kind`` is its class; ours come with their issues."""

    event: Literal["error"] = "error"
    kind: str
    message: str
    issues: tuple[tuple[str, str, str], ...] = ()


Event = Ready | Report | Done | Failed

EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])

_CARRIED: dict[str, type[IssuesError]] = {
    kind.__name__: kind for kind in (DataError, SpecError, QueryError, SamplingError)
}


def failed(error: BaseException) -> Failed:
    """The message about an error."""
    kind = type(error).__name__
    issues = error.issues if isinstance(error, IssuesError) else ()
    told = tuple((issue.pointer, issue.code, issue.detail) for issue in issues)
    return Failed(kind=kind, message=str(error), issues=told)


def carried_error(message: Failed) -> IssuesError | None:
    """The error of the model package that the message is about, if it is one."""
    kind = _CARRIED.get(message.kind)
    return kind(Issue(*issue) for issue in message.issues) if kind else None


__all__ = [
    "EVENTS",
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
