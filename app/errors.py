"""Errors of the service.

    AppError
    ├── Unauthenticated       no credential, or one that opens nothing: send one that is valid
    ├── MissingScope          the credential may not do this: use one that has the scope
    ├── TooManyRequests       a limit of the tenant is reached: wait, or use less
    ├── Overloaded            more is asked than can be computed in time: try again later
    ├── CallerLeft            nobody waits for the answer any more: it is not computed
    ├── ProviderUnavailable   the identity provider does not answer: try again later
    ├── KeySecretUnusable     API keys cannot be kept: give the secret, or close its file to others
    ├── KeysNotUsed           API keys open nothing here: send tokens, or let keys be used too
    ├── NotFound              nothing has this id: list what there is
    ├── InvalidRequest        the request contradicts a rule of the service: correct the fields
    ├── UnsupportedMediaType  the body is of a type that is not read here: send one of those named
    ├── ModelRejected         the model failed its checks: refit, or accept it explicitly
    ├── InUse                 a project rests on it: promote another, or delete the project first
    ├── ProjectIncomplete     the project lacks a champion or a plan: give it one
    ├── OperationFinished     the operation has ended: there is nothing left to cancel
    ├── KeyReused             an Idempotency-Key came with another request: take a new one
    ├── KeyInUse              the first call with this key is still carried out: ask again shortly
    ├── NothingToKeep         the operation has made nothing yet: wait, or cancel it
    ├── JobError
    │   ├── FitFailed         the fit raised an error: the log has the rest
    │   ├── FitCrashed        the fit process died: often memory; use fewer draws or chains
    │   ├── FitTimedOut       the fit ran longer than it may: raise the limit, or fit less
    │   ├── JobTimedOut       the job ran longer than it may: raise the limit, or ask for less
    │   └── JobGaveUp         the job was started too often without an end: look into the log
    ├── NotReady              a part of the service does not work: the issues say which and why
    ├── StoreError
    │   ├── StoreFull         no room for files or rows: free or add space
    │   └── StoreUnavailable  files or rows cannot be read or written now: check the store
    StartupError
    ├── DataDirectoryInUse    another service holds the data directory: stop it, or choose another
    ├── IdentityInUse         another worker goes by this identity: stop it, or take another slot
    ├── InvalidSetting        a setting cannot be used: correct the PRUDENT_* variable named
    ├── AddressUnusable       the port is taken or not allowed: choose another
    ├── RestoreRefused        a backup cannot be put back: another archive, or an empty database
    └── UnsafeBind            no access control: bind to the loopback address, or set PRUDENT_AUTH

The first tree reaches callers through one table (``problems.py``), the second only the console.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mmm.errors import Issue


class AppError(Exception):
    """Root of the errors that the service answers with a problem document."""

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The single faults behind the error, where there are any."""
        return ()


class Unauthenticated(AppError):
    """Nobody is known by this credential; ``detail`` is None where there was none at all."""

    def __init__(self, detail: str | None) -> None:
        self.detail = detail
        super().__init__(
            detail or "This service asks who you are: send `Authorization: Bearer <credential>`."
        )


@dataclass
class MissingScope(AppError):
    """The caller is known and may not do this; ``held`` are the scopes it has."""

    scope: str
    held: tuple[str, ...]

    def __str__(self) -> str:
        held = ", ".join(self.held) or "none"
        return f"This needs the scope {self.scope!r}; the credential has: {held}."


class _Later(AppError):
    """Try again in ``retry_after`` seconds."""

    def __init__(self, detail: str, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(detail)


class TooManyRequests(_Later):
    """The tenant has used what it may: requests, operations, or bytes."""


class Overloaded(_Later):
    """More is asked than can be computed in time."""


class CallerLeft(AppError):
    """The connection has ended before the question had its turn; only the log is told."""

    def __str__(self) -> str:
        return "The caller has left before the question had its turn."


class ProviderUnavailable(_Later):
    """Tokens cannot be checked, for the identity provider's keys cannot be had."""


class KeySecretUnusable(AppError):
    """The secret under which API keys are stored is missing, or not secret."""


class KeysNotUsed(AppError):
    """An API key was to be made where only tokens are looked at."""


@dataclass
class NotFound(AppError):
    """Nothing of this kind has this id."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"There is no {self.kind} {self.id!r}."


class _WithIssues(AppError):
    def __init__(self, issues: Iterable[Issue]) -> None:
        self._issues = tuple(issues)
        super().__init__("\n".join(str(issue) for issue in self._issues))

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The single faults, each with its place."""
        return self._issues


class InvalidRequest(_WithIssues):
    """A rule of the service is broken; the issues name fields and limits."""


class ModelRejected(_WithIssues):
    """The model failed its checks and the request does not accept that; the issues name them."""


class InUse(AppError):
    """Something else rests on what is to be deleted."""


class ProjectIncomplete(AppError):
    """The project has no champion, or no plan of record, and the call needs one."""


class UnsupportedMediaType(AppError):
    """The Content-Type is not one that this call reads."""


class OperationFinished(AppError):
    """The operation has reached its end already."""


class KeyReused(AppError):
    """The Idempotency-Key was used for another request."""

    def __str__(self) -> str:
        return (
            "This Idempotency-Key came with another request before (path, parameters, type and "
            "body count). Use a new key for a new request."
        )


class KeyInUse(AppError):
    """The first call with this Idempotency-Key has not been answered yet."""

    def __str__(self) -> str:
        return "The first call with this Idempotency-Key is still being carried out. Ask again."


class NothingToKeep(AppError):
    """The operation was asked to end with what it has, and has nothing."""


class JobError(AppError):
    """Root of what ends a job without a result."""


class FitFailed(JobError):
    """The fit process reported an error that is not the caller's."""


class FitCrashed(JobError):
    """The fit process died without a word."""


class FitTimedOut(JobError):
    """The fit ran longer than it may."""


class JobTimedOut(JobError):
    """The job ran longer than jobs of its kind may."""


class JobGaveUp(JobError):
    """The job was started as often as allowed and never ended."""


class NotReady(_WithIssues):
    """Requests cannot be served at present; the issues name the parts."""


class StoreError(AppError):
    """Root of what keeps files or rows from being stored."""


class StoreFull(StoreError):
    """There is no room left."""


class StoreUnavailable(StoreError):
    """The store does not answer, or refuses."""


class StartupError(Exception):
    """Root of what keeps the service from starting."""


class DataDirectoryInUse(StartupError):
    """Another process holds the lock of the data directory."""


class InvalidSetting(StartupError):
    """A setting has a value that cannot be used; the message names the variable."""


class AddressUnusable(StartupError):
    """Nothing can listen on this host and port; the message says why."""


class RestoreRefused(StartupError):
    """The archive is damaged or foreign, or the database is not empty."""


class IdentityInUse(StartupError):
    """Another living worker has this identity."""


class UnsafeBind(StartupError):
    """Other machines can reach the address, and the service is not told to ask who they are."""
