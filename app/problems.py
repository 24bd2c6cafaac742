"""Errors -> problem documents (RFC 9457): one table, and every error of ours has its row.

A problem always has type, title, status, detail, code, errors (each with pointer, code, detail)
and request_id. ``code`` is for programs and stays the same; ``detail`` is for people.
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
class Rule:
    """How a class of errors is answered. ``detail`` replaces a text that is not the caller's."""

    status: int
    code: str
    title: str
    detail: str | None = None


INTERNAL = Rule(
    500,
    "internal_error",
    "Something went wrong on our side",
    "The request could not be carried out. The log has the reason under this request_id.",
)


RULES: dict[type[Exception], Rule] = {
    model.DataError: Rule(422, "invalid_data", "The data cannot be used as they are"),
    model.SpecError: Rule(422, "invalid_spec", "The model specification is not valid"),
    model.QueryError: Rule(422, "invalid_query", "The question cannot be answered as asked"),
    model.SamplingError: Rule(422, "invalid_sampling", "The model cannot be sampled as asked"),
    model.ArtefactError: Rule(500, "artefact_corrupt", "A stored file is missing or damaged"),
    decision.InvalidProblem: Rule(422, "invalid_problem", "The allocation problem is not valid"),
    decision.Infeasible: Rule(422, "infeasible", "No plan satisfies all limits"),
    decision.InvalidResponse: Rule(500, "invalid_response", "The model's response is not usable"),
    decision.SolverFailed: Rule(500, "solver_failed", "The optimizer ended without an answer"),
    own.Unauthenticated: Rule(401, "unauthenticated", "Nobody is known by this credential"),
    own.MissingScope: Rule(403, "missing_scope", "The credential may not do this"),
    own.TooManyRequests: Rule(429, "too_many_requests", "A limit of the tenant is reached"),
    own.Overloaded: Rule(503, "overloaded", "Too many questions wait"),
    own.CallerLeft: Rule(499, "caller_left", "The caller has left"),
    own.ProviderUnavailable: Rule(503, "provider_unavailable", "Tokens cannot be checked now"),
    own.KeySecretUnusable: Rule(500, "key_secret_unusable", "API keys cannot be kept"),
    own.KeysNotUsed: Rule(409, "keys_not_used", "API keys open nothing here"),
    own.NotFound: Rule(404, "not_found", "Not found"),
    own.InvalidRequest: Rule(422, "invalid_request", "The request is not valid"),
    own.ModelRejected: Rule(409, "model_rejected", "The model failed its checks"),
    own.UnsupportedMediaType: Rule(415, "unsupported_media_type", "This type is not read here"),
    own.InUse: Rule(409, "in_use", "Something rests on it"),
    own.ProjectIncomplete: Rule(409, "project_incomplete", "The project is not so far"),
    own.OperationFinished: Rule(409, "operation_finished", "The operation has ended"),
    own.KeyReused: Rule(422, "idempotency_key_reused", "The key stands for another request"),
    own.KeyInUse: Rule(409, "idempotency_key_in_use", "The first call is not answered yet"),
    own.NothingToKeep: Rule(409, "nothing_to_keep", "There is nothing to keep yet"),
    own.FitFailed: Rule(500, "fit_failed", "The fit failed"),
    own.FitCrashed: Rule(500, "fit_crashed", "The fit process died"),
    own.FitTimedOut: Rule(500, "fit_timed_out", "The fit took too long"),
    own.JobTimedOut: Rule(500, "job_timed_out", "The job took too long"),
    own.JobGaveUp: Rule(500, "job_gave_up", "The job was given up"),
    own.NotReady: Rule(503, "not_ready", "The service is not ready"),
    own.StoreFull: Rule(507, "store_full", "There is no room left"),
    own.StoreUnavailable: Rule(503, "store_unavailable", "The store cannot be used at present"),
}


def rule_of(error: BaseException) -> Rule:
    """The row for an error: of its own class, or the nearest parent that has one."""
    return next((RULES[kind] for kind in type(error).__mro__ if kind in RULES), INTERNAL)


def problem_of(error: BaseException, request_id: str | None) -> Problem:
    """The problem document of any error."""
    rule = rule_of(error)
    issues = getattr(error, "issues", ()) if rule is not INTERNAL else ()
    found = [
        ProblemError(pointer=issue.pointer, code=issue.code, detail=issue.detail)
        for issue in issues
    ]
    return Problem(
        type=TYPE_PREFIX + rule.code,
        title=rule.title,
        status=rule.status,
        detail=rule.detail or _sentence(error, found),
        code=rule.code,
        errors=found,
        request_id=request_id,
    )


def status_problem(status: int, detail: str | None, request_id: str | None) -> Problem:
    """The problem of a bare HTTP status, such as a path that nothing serves."""
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
    """The problem of a body or parameter that does not have the documented shape."""
    first = errors[0]
    place = f"{first.pointer}: " if first.pointer else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Problem(
        type=TYPE_PREFIX + "validation",
        title="The request does not have the documented shape",
        status=422,
        detail=f"{place}{first.detail}{more}",
        code="validation",
        errors=errors,
        request_id=request_id,
    )


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """The HTTP answer that carries a problem."""
    return JSONResponse(
        problem.document(), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers
    )


def _sentence(error: BaseException, found: list[ProblemError]) -> str:
    if not found:
        return str(error)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    place = f"{found[0].pointer}: " if found[0].pointer else ""
    return f"{place}{found[0].detail}{more}"
