"""Maps errors to problem documents (RFC 9457): one table with a row for every own error.

A problem always has type, title, status, detail, code, errors (each with pointer, code, detail)
and request_id. ``code`` is for programs and stable; ``detail`` is for people.
"""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import JSONResponse

from app import errors as own
from app.contract.problem import MEDIA_TYPE, Problem, ProblemError
from mmm import errors as model
from optimizer import errors as decision

TYPE_PREFIX = "urn:prudent:problem:"


@dataclass(frozen=True)
class ProblemRule:
    """The response to a class of errors; ``detail`` replaces messages not meant for callers."""

    status: int
    code: str
    title: str
    detail: str | None = None


INTERNAL = ProblemRule(
    500,
    "internal_error",
    "Internal error",
    "The request failed because of an error in the service. Its log has the details under this "
    "request_id.",
)


RULES: dict[type[Exception], ProblemRule] = {
    model.DataError: ProblemRule(422, "invalid_data", "The data are not valid"),
    model.TableTooLarge: ProblemRule(422, "table_too_large", "The table is too large"),
    model.SpecError: ProblemRule(422, "invalid_spec", "The model specification is not valid"),
    model.QueryError: ProblemRule(422, "invalid_query", "The question is not valid"),
    model.SamplingError: ProblemRule(
        422, "invalid_sampling", "The model cannot be sampled like this"
    ),
    model.ArtefactError: ProblemRule(
        500, "artefact_corrupt", "A stored file is missing or damaged"
    ),
    decision.InvalidProblem: ProblemRule(
        422, "invalid_problem", "The allocation problem is not valid"
    ),
    decision.Infeasible: ProblemRule(422, "infeasible", "No plan satisfies all limits"),
    decision.InvalidResponse: ProblemRule(
        500, "invalid_response", "The model's response is not usable"
    ),
    decision.ResponseNotFinite: ProblemRule(
        422, "response_not_finite", "The model's response is not a finite number"
    ),
    decision.SolverFailed: ProblemRule(
        500, "solver_failed", "The optimizer ended without an answer"
    ),
    decision.Cancelled: ProblemRule(499, "stopped", "The work was stopped: its caller has left"),
    own.Unauthenticated: ProblemRule(401, "unauthenticated", "No valid credential"),
    own.MissingScope: ProblemRule(403, "missing_scope", "The credential lacks a scope"),
    own.TooManyRequests: ProblemRule(429, "too_many_requests", "A limit of the tenant is reached"),
    own.Overloaded: ProblemRule(503, "overloaded", "The service is overloaded"),
    own.CallerLeft: ProblemRule(499, "caller_left", "The caller has disconnected"),
    own.ProviderUnavailable: ProblemRule(
        503, "provider_unavailable", "Tokens cannot be checked now"
    ),
    own.KeySecretUnusable: ProblemRule(
        500, "key_secret_unusable", "The secret of keys and links is unusable"
    ),
    own.KeysNotUsed: ProblemRule(409, "keys_not_used", "API keys are not accepted here"),
    own.NotFound: ProblemRule(404, "not_found", "Not found"),
    own.InvalidDocument: ProblemRule(
        422, "validation", "The request does not match the documented schema"
    ),
    own.BodyTooLarge: ProblemRule(413, "body_too_large", "The body is too large"),
    own.BodyTooSlow: ProblemRule(408, "body_too_slow", "The body arrives too slowly"),
    own.InvalidRequest: ProblemRule(422, "invalid_request", "The request is not valid"),
    own.NotFinite: ProblemRule(422, "not_finite", "The answer is not a finite number"),
    own.ModelRejected: ProblemRule(409, "model_rejected", "The model failed its checks"),
    own.FirstLookOnly: ProblemRule(409, "draft", "Nothing is decided on a draft"),
    own.NoTable: ProblemRule(406, "no_table", "The answer has no table"),
    own.UnsupportedMediaType: ProblemRule(415, "unsupported_media_type", "Unsupported media type"),
    own.InUse: ProblemRule(409, "in_use", "It is still in use"),
    own.WrongStatus: ProblemRule(409, "wrong_status", "Its status does not allow that"),
    own.TestRunning: ProblemRule(409, "test_running", "Another test of a model runs"),
    own.ProjectIncomplete: ProblemRule(409, "project_incomplete", "The project is incomplete"),
    own.OperationFinished: ProblemRule(409, "operation_finished", "The operation has ended"),
    own.KeyReused: ProblemRule(
        422, "idempotency_key_reused", "The key was used for another request"
    ),
    own.KeyInUse: ProblemRule(409, "idempotency_key_in_use", "The first call is still in progress"),
    own.NothingToKeep: ProblemRule(409, "nothing_to_keep", "There is no partial result to keep"),
    own.FitFailed: ProblemRule(500, "fit_failed", "The fit failed"),
    own.FitCrashed: ProblemRule(500, "fit_crashed", "The fit process died"),
    own.FitTimedOut: ProblemRule(500, "fit_timed_out", "The fit took too long"),
    own.JobTimedOut: ProblemRule(500, "job_timed_out", "The job took too long"),
    own.JobGaveUp: ProblemRule(500, "job_gave_up", "The job was given up"),
    own.NotReady: ProblemRule(503, "not_ready", "The service is not ready"),
    own.StoreFull: ProblemRule(507, "store_full", "There is no space left"),
    own.StoreReadOnly: ProblemRule(507, "store_read_only", "The store can only be read"),
    own.StoreUnavailable: ProblemRule(503, "store_unavailable", "The store is not available"),
}


def rule_of(error: BaseException) -> ProblemRule:
    """The rule of an error: that of its class, or of the nearest parent class that has one."""
    return next((RULES[kind] for kind in type(error).__mro__ if kind in RULES), INTERNAL)


def problem_of(error: BaseException, request_id: str | None) -> Problem:
    """The problem document of any error."""
    rule = rule_of(error)
    issues = getattr(error, "issues", ()) if rule is not INTERNAL else ()
    errors = [
        ProblemError(pointer=issue.pointer, code=issue.code, detail=issue.detail)
        for issue in issues
    ]
    return Problem(
        type=TYPE_PREFIX + rule.code,
        title=rule.title,
        status=rule.status,
        detail=rule.detail or (_first_and_count(errors) if errors else str(error)),
        code=rule.code,
        errors=errors,
        request_id=request_id,
    )


def status_problem(status: int, detail: str | None, request_id: str | None) -> Problem:
    """The problem document of a bare HTTP status, such as an unknown path."""
    phrase = HTTPStatus(status).phrase
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    code = {404: "not_found", 413: "body_too_large"}.get(status, code)
    return Problem(
        type=TYPE_PREFIX + code,
        title=phrase,
        status=status,
        detail=detail or phrase,
        code=code,
        request_id=request_id,
    )


def validation_problem(errors: list[ProblemError], request_id: str | None) -> Problem:
    """The problem document of a body or parameter that does not match its schema."""
    return Problem(
        type=TYPE_PREFIX + "validation",
        title="The request does not match the documented schema",
        status=422,
        detail=_first_and_count(errors),
        code="validation",
        errors=errors,
        request_id=request_id,
    )


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """The HTTP response that carries a problem document."""
    return JSONResponse(
        problem.document(), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers
    )


def _first_and_count(errors: list[ProblemError]) -> str:
    """The first error with its field, and how many more there are."""
    first = errors[0]
    field = f"{first.pointer}: " if first.pointer else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{field}{first.detail}{more}"
