"""Errors of the client.

ClientError
├── ServiceError     the service refused the call
├── OperationError   an operation ended without a result
└── Unreachable      no answer came
"""

from app.contract.documents import OperationDocument
from app.contract.problem import Problem

MAX_PRINTED_ERRORS = 20
"""Errors in an exception's message; its ``problem`` has all of them."""


class ClientError(Exception):
    """Root of the errors of this client."""


class ServiceError(ClientError):
    """The service refused the call; ``problem`` says why, and its ``errors`` name the fields."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(_message(problem))


class OperationError(ClientError):
    """An operation ended without a result; ``operation`` says how."""

    def __init__(self, operation: OperationDocument) -> None:
        self.operation = operation
        detail = operation.error.detail if operation.error else operation.status
        super().__init__(f"operation {operation.id} {operation.status}: {detail}")


class Unreachable(ClientError):
    """The service did not answer, even after retries."""


def _message(problem: Problem) -> str:
    """The problem's detail, which contains a single error; several errors get a line each."""
    head = f"{problem.status} {problem.code}: {problem.detail}"
    errors = problem.errors if len(problem.errors) > 1 else []
    lines = [f"  {error.pointer}: {error.detail}" for error in errors[:MAX_PRINTED_ERRORS]]
    if len(errors) > MAX_PRINTED_ERRORS:
        lines.append(f"  and {len(errors) - MAX_PRINTED_ERRORS} more")
    return "\n".join([head, *lines])
