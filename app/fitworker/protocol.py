"""Messages between the service and its fit process: one JSON object a line.

    service -> child (stdin)    a request or a stop; the next request after done; end of file: exit
    child -> service (stdout)   ready, then for each request progress ..., then done or error;
                                between two reports of progress, looked where there was a first
                                look, kept for each finished piece of a task

A task is work of several fits on stored models; its answer is a JSON file. A fit reads its table
from ``table_path``, in the bytes and media type that were uploaded, so that both sides parse it
with the same function, and writes the model to ``model_path``; a first look, where one is wanted
and the fit takes long enough for it, to ``look_path``.
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


class _Request(_Message):
    """``labels`` are added to every line that the process logs."""

    log_level: str = "WARNING"
    labels: dict[str, str] = {}


class FitRequest(_Request):
    """What to fit, and where to write the model; ``base_path``: the model that a refit continues;
    ``look_path``: where to write a first look, None where none is wanted."""

    spec: dict[str, Any]
    sampling: dict[str, Any]
    table_path: str
    media_type: str
    read: dict[str, Any] = {}
    model_path: str
    base_path: str | None = None
    look_path: str | None = None

    @property
    def folder(self) -> Path:
        """Where the files of the request are written."""
        return Path(self.model_path).parent


class TaskRequest(_Request):
    """A task by its name, what it is asked, and where to write its answer.

    ``files``: paths of stored files, by the name that the task knows them by; ``kept``: the pieces
    that an interrupted attempt has kept.
    """

    task: str
    asked: dict[str, Any]
    files: dict[str, str]
    kept: dict[str, dict[str, Any]] = {}
    answer_path: str

    @property
    def folder(self) -> Path:
        """Where the files of the request are written."""
        return Path(self.answer_path).parent


Request = FitRequest | TaskRequest


class Stop(_Message):
    """Stop early and keep the draws so far."""

    command: Literal["stop"] = "stop"


class Ready(_Message):
    """Everything is imported; the process accepts a request."""

    event: Literal["ready"] = "ready"


class ProgressReport(_Message):
    """Progress of the fit."""

    event: Literal["progress"] = "progress"
    progress: Progress


class Looked(_Message):
    """The file of the first look is complete; or ``note`` says why there is none."""

    event: Literal["looked"] = "looked"
    note: str | None = None


class Kept(_Message):
    """A finished piece of a task, which another attempt need not compute again."""

    event: Literal["kept"] = "kept"
    key: str
    piece: dict[str, Any]


class Done(_Message):
    """The model file, or the answer of a task, is complete; ``again``: the process accepts another
    request."""

    event: Literal["done"] = "done"
    again: bool


class Failed(_Message):
    """The fit ended with an error of class ``kind``.

    Errors of the model package carry their issues; operating system errors carry ``errno`` and, if
    they name one, the ``file``.
    """

    event: Literal["error"] = "error"
    kind: str
    message: str
    issues: tuple[tuple[str, str, str], ...] = ()
    errno: int | None = None
    file: str | None = None


Event = Ready | ProgressReport | Looked | Kept | Done | Failed

REQUESTS: TypeAdapter[FitRequest | TaskRequest | Stop] = TypeAdapter(
    FitRequest | TaskRequest | Stop
)
EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])

_MODEL_ERRORS: dict[str, type[IssuesError]] = {
    kind.__name__: kind for kind in (DataError, SpecError, QueryError, SamplingError)
}


def failure_message(error: BaseException) -> Failed:
    """The message that reports an error."""
    message = Failed(kind=type(error).__name__, message=str(error))
    if isinstance(error, IssuesError):
        issues = tuple((issue.pointer, issue.code, issue.detail) for issue in error.issues)
        return message.model_copy(update={"issues": issues})
    if isinstance(error, OSError):
        file = error.filename2 or error.filename  # of a copy, the one that was written
        name = None if file is None else str(file)
        return message.model_copy(update={"errno": error.errno, "file": name})
    return message


def error_of(message: Failed, folder: Path) -> IssuesError | StoreError | None:
    """The error that a message reports: an error of the model package, or a store error about the
    named file or ``folder``; None for any other."""
    if message.errno is not None:
        error = OSError(message.errno, os.strerror(message.errno))
        return storage_error(error, message.file or folder)
    kind = _MODEL_ERRORS.get(message.kind)
    return kind(Issue(*issue) for issue in message.issues) if kind else None


__all__ = [
    "EVENTS",
    "REQUESTS",
    "ChainProgress",
    "Done",
    "Event",
    "Failed",
    "FitRequest",
    "Kept",
    "Looked",
    "Progress",
    "ProgressReport",
    "Ready",
    "Request",
    "Stop",
    "TaskRequest",
    "error_of",
    "failure_message",
]
