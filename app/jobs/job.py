"""A job as its handler sees it: one attempt of an operation, and what ends it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db.models import Document
from app.jobs.patience import Patience
from mmm.progress import Progress


@dataclass(frozen=True)
class PartialResult:
    """The result of a job that was stopped early, from what it had computed by then."""

    result: Document


WriteResult = Callable[[Session], Document | PartialResult]


@dataclass(frozen=True)
class Job:
    """One attempt of an operation.

    ``report`` publishes progress; any thread may call it. It returns False if the job is asked to
    end early with a partial result, and raises Superseded if this attempt no longer owns the
    operation. What the job writes belongs to the operation's ``tenant``. ``patience`` repeats what
    must not fail because a store is away for a while. ``first_look`` is what an earlier attempt
    left as one; ``show`` writes what its function returns as one, in the transaction of that
    function, or raises Superseded. ``kept`` are the finished pieces of earlier attempts, by key;
    ``keep`` stores one, or raises Superseded.
    """

    id: str
    tenant: str
    kind: str
    attempt: int
    request: Document
    input_key: str | None
    base_key: str | None
    request_id: str | None
    report: Callable[[Progress], bool]
    patience: Patience
    first_look: Document | None
    show: Callable[[Callable[[Session], Document]], None]
    kept: Mapping[str, Document]
    keep: Callable[[str, Document], None]


Handler = Callable[[Job], Awaitable[WriteResult]]


class Superseded(Exception):
    """The operation was cancelled, or a newer attempt runs: this attempt may write nothing."""
