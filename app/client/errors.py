"""Errors of the client.

ClientError
├── ServiceError     the service refused the call
├── OperationError   an operation ended without a result
└── Unreachable      no answer came
"""

from app.documents import OperationDocument
from app.problems import Problem


class ClientError(Exception):
    """Root of the errors of this client."""


class ServiceError(ClientError):
    """The service refused the call; ``problem`` says why, its ``errors`` name the fields."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(f"{problem.status} {problem.code}: {problem.detail}")


class OperationError(ClientError):
    """An operation ended without a result; ``operation`` says how."""

    def __init__(self, operation: OperationDocument) -> None:
        self.operation = operation
        detail = operation.error.detail if operation.error else operation.status
        super().__init__(f"operation {operation.id} {operation.status}: {detail}")


class Unreachable(ClientError):
    """The service did not answer, also when it was asked again."""
