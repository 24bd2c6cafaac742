"""Errors of the client.

ClientError
├── ServiceError     the service refused the call
├── OperationError   an operation ended without a result
└── Unreachable      no answer came
"""

from app.contract.documents import OperationDocument
from app.contract.problem import Problem

MOST_FAULTS = 20
"""That an error tells; its ``problem`` has all."""


class ClientError(Exception):
    """Root of the errors of this client."""


class ServiceError(ClientError):
    """The service refused the call; ``problem`` says why, its ``errors`` name the fields."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(_told(problem))


class OperationError(ClientError):
    """An operation ended without a result; ``operation`` says how."""

    def __init__(self, operation: OperationDocument) -> None:
        self.operation = operation
        detail = operation.error.detail if operation.error else operation.status
        super().__init__(f"operation {operation.id} {operation.status}: {detail}")


class Unreachable(ClientError):
    """The service did not answer, also when it was asked again."""


def _told(problem: Problem) -> str:
    """The detail, which has the only fault already; of several each on a line of its own."""
    told = f"{problem.status} {problem.code}: {problem.detail}"
    faults = problem.errors if len(problem.errors) > 1 else []
    lines = [f"  {fault.pointer}: {fault.detail}" for fault in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        lines.append(f"  and {len(faults) - MOST_FAULTS} more")
    return "\n".join([told, *lines])
