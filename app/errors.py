"""Errors of the service.

    AppError
    ├── Unauthenticated       no credential, or one that is not valid: send a valid one
    ├── MissingScope          the credential lacks the scope: use one that has it
    ├── TooManyRequests       a limit of the tenant is reached: wait, or use less
    ├── Overloaded            too many questions wait for an answer: try again later
    ├── CallerLeft            the caller has disconnected: the answer is not computed
    ├── ProviderUnavailable   the identity provider does not answer: try again later
    ├── KeySecretUnusable     keys and links cannot be made: set the secret, or protect its file
    ├── KeysNotUsed           API keys are not accepted here: send tokens, or enable keys
    ├── NotFound              nothing has this id: list the existing items
    ├── InvalidDocument       the body breaks its schema: correct the fields
    ├── BodyTooLarge          the body has more bytes than the call takes: send less
    ├── BodyTooSlow           the body arrives too slowly: send it faster, or less of it
    ├── InvalidRequest        the request breaks a rule of the service: correct the fields
    ├── NotFinite             no finite number answers the question: ask nearer to the data
    ├── NoTable               the answer has no table: ask for JSON, or wait for the result
    ├── UnsupportedMediaType  the media type is not supported: send one of those named
    ├── ModelRejected         the model failed its checks: refit, or accept it explicitly
    ├── FirstLookOnly         nothing is decided on a first look: wait for the fit
    ├── InUse                 a project uses it: promote another model, or delete the project first
    ├── TestRunning           another test of a model runs: wait for it, or cancel it
    ├── ProjectIncomplete     the project lacks a champion or a plan: add one
    ├── OperationFinished     the operation has ended: there is nothing left to cancel
    ├── KeyReused             an Idempotency-Key came with another request: use a new key
    ├── KeyInUse              the first call with this key is in progress: try again shortly
    ├── NothingToKeep         the operation has no partial result: wait, or cancel it
    ├── JobError
    │   ├── FitFailed         the fit raised an error: see the log
    │   ├── FitCrashed        the fit process died, often of memory: use fewer draws or chains
    │   ├── FitTimedOut       the fit exceeded its time limit: raise the limit, or fit less
    │   ├── JobTimedOut       the job exceeded its time limit: raise the limit, or ask for less
    │   └── JobGaveUp         the job was started too often without ending: see the log
    ├── NotReady              a part of the service does not work: the issues say which and why
    ├── StoreError
    │   ├── StoreFull         no space for files or rows: free or add space
    │   ├── StoreReadOnly     files or rows can only be read: mount the disk for writing
    │   └── StoreUnavailable  files or rows cannot be read or written now: check the store

They reach callers through one table (``problems.py``).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from mmm.errors import Issue


class AppError(Exception):
    """Root of the errors that the service reports as a problem document."""


class Unauthenticated(AppError):
    """The credential is not valid; ``detail`` is None if there was no credential at all."""

    def __init__(self, detail: str | None) -> None:
        self.detail = detail
        super().__init__(
            detail or "A credential is required: send `Authorization: Bearer <credential>`."
        )


@dataclass
class MissingScope(AppError):
    """The caller lacks the scope that the call needs; ``held`` are the scopes it has."""

    scope: str
    held: tuple[str, ...]

    def __str__(self) -> str:
        held = ", ".join(self.held) or "none"
        return f"This call needs the scope {self.scope!r}; the credential has: {held}."


class _RetryLater(AppError):
    """An error after which the call may be retried in ``retry_after`` seconds."""

    def __init__(self, detail: str, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(detail)


class TooManyRequests(_RetryLater):
    """The tenant has reached a limit: requests, operations, or bytes."""


class Overloaded(_RetryLater):
    """The answer could not be computed in time, because too many questions wait."""


class CallerLeft(AppError):
    """The caller disconnected before its question was computed; only the log shows this."""

    def __str__(self) -> str:
        return "The caller disconnected before the question was computed."


class ProviderUnavailable(_RetryLater):
    """Tokens cannot be checked, because the identity provider's keys cannot be fetched."""


class KeySecretUnusable(AppError):
    """The secret of API keys, sessions and links is missing, or readable by other users."""


class KeysNotUsed(AppError):
    """An API key was to be created on a service that accepts only tokens."""


@dataclass
class NotFound(AppError):
    """Nothing of this kind has this id."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"There is no {self.kind} {self.id!r}."


class _WithIssues(AppError):
    """``issues``: the individual ones, each with the field that it is about."""

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Issue, ...]]]:
        """An error may come from another process."""
        return type(self), (self.issues,)


class InvalidDocument(_WithIssues):
    """The body is no valid JSON, or breaks the documented schema; the issues name fields."""


@dataclass
class BodyTooLarge(AppError):
    """The body has more bytes than the call takes."""

    most: int

    def __str__(self) -> str:
        return f"The body is larger than the limit of this call, {self.most} bytes."


@dataclass
class BodyTooSlow(AppError):
    """The body did not arrive in the time that its bytes are given."""

    received: int
    seconds: float

    def __str__(self) -> str:
        came = f"{self.received} bytes came until then. Send it faster, or less of it."
        return f"The body was not complete after {self.seconds:.0f} s; {came}"


class InvalidRequest(_WithIssues):
    """A rule of the service is broken; the issues name fields and limits."""


class NotFinite(_WithIssues):
    """A number of the answer is NaN or infinite; the issues name the answer's fields."""


class ModelRejected(_WithIssues):
    """The model failed its checks and the request does not accept that; the issues name them."""


class FirstLookOnly(AppError):
    """The model is the first look of a running fit, on which nothing is decided."""


class InUse(AppError):
    """What is to be deleted is still in use."""


class TestRunning(AppError):
    """The tenant has another test of a model that has not ended."""


class WrongStatus(AppError):
    """What is stored is not in the status that the call needs; the message names both."""


class ProjectIncomplete(AppError):
    """The project has no champion, or no plan of record, and the call needs one."""


class NoTable(AppError):
    """Only a table was accepted, and the answer has none; the message says why."""


class UnsupportedMediaType(AppError):
    """The call does not support this Content-Type."""


class OperationFinished(AppError):
    """The operation has already ended."""


class KeyReused(AppError):
    """The Idempotency-Key was used for another request."""

    def __str__(self) -> str:
        return "This Idempotency-Key was used for a different request; use a new key for a new one."


class KeyInUse(AppError):
    """The first call with this Idempotency-Key has not been answered yet."""

    def __str__(self) -> str:
        return "The first call with this Idempotency-Key is still in progress. Try again shortly."


class NothingToKeep(AppError):
    """The operation was asked to stop early, but has no partial result to keep."""


class JobError(AppError):
    """Root of the errors that end a job without a result."""


class FitFailed(JobError):
    """The fit process reported an error that the caller did not cause."""


class FitCrashed(JobError):
    """The fit process died without reporting an error."""


class FitTimedOut(JobError):
    """The fit exceeded its time limit."""


class JobTimedOut(JobError):
    """The job exceeded the time limit of its kind."""


class JobGaveUp(JobError):
    """The job was started the maximum number of times and never ended."""


class NotReady(_WithIssues):
    """The service cannot answer requests now; the issues name the parts that do not work."""


class StoreError(AppError):
    """Root of the errors about storing files or rows."""


class StoreFull(StoreError):
    """There is no space left."""


class StoreReadOnly(StoreError):
    """The store may be read but not written."""


class StoreUnavailable(StoreError):
    """The store does not answer, or refuses access."""
