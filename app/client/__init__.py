"""A typed client of the HTTP service: each call of the contract as a method.

    with Client("http://127.0.0.1:8000", key="prudent_...") as client:
        dataset = client.create_dataset(Path("data.csv").read_bytes())
        operation = client.wait(client.fit({"dataset_id": dataset.id}, spec))
        client.contributions(operation.model_id).frame("channels")

Answers are the service's own documents. Those with tables (``app.client.with_tables``) return them
as data frames and have a notebook representation. A problem document raises ServiceError, with the
problem in ``problem``; an operation that did not succeed raises OperationError, with the operation
in ``operation``; a service that does not answer raises Unreachable.
"""

from app.client.admin import AdminCalls
from app.client.datasets import DatasetCalls
from app.client.errors import ClientError, OperationError, ServiceError, Unreachable
from app.client.experiments import ExperimentCalls
from app.client.fits import FitCalls
from app.client.models import ModelCalls
from app.client.operations import ENDED, OperationCalls
from app.client.plans import PlanCalls
from app.client.projects import ProjectCalls
from app.client.scenarios import ScenarioCalls
from app.client.transport import ATTEMPTS

__all__ = [
    "ATTEMPTS",
    "ENDED",
    "Client",
    "ClientError",
    "OperationError",
    "ServiceError",
    "Unreachable",
]


class Client(
    DatasetCalls,
    FitCalls,
    OperationCalls,
    ModelCalls,
    PlanCalls,
    ExperimentCalls,
    ScenarioCalls,
    ProjectCalls,
    AdminCalls,
):
    """A client of one service, as a context manager. ``timeout`` in seconds applies to each call.

    ``key``: an API key, or a token of the identity provider, if the service has access control.
    """
