"""What a running service consists of: made once per application, handed to every use-case."""

from dataclasses import dataclass, replace
from typing import Annotated, Self

from fastapi import Depends, Request

from app.access.gate import Gate
from app.contract.caller import LOCAL, Caller
from app.db.database import Database
from app.jobs.operations import Operations
from app.runtime.cache import Cache
from app.runtime.lanes import Lanes
from app.settings import Settings
from app.store.port import ArtefactStore


@dataclass(frozen=True)
class Context:
    """The parts that use-cases work with.

    For a request it is ``of`` its caller: database and operations then hold what is the tenant's.
    What is read of a model is kept in ``cache``; what must be computed runs in its lane.
    """

    settings: Settings
    database: Database
    store: ArtefactStore
    operations: Operations
    cache: Cache
    lanes: Lanes
    gate: Gate
    caller: Caller = LOCAL

    def of(self, caller: Caller) -> Self:
        """The same service as this caller may see it."""
        return replace(
            self,
            caller=caller,
            database=self.database.of(caller.tenant),
            operations=self.operations.of(caller.tenant),
        )


def service_of(request: Request) -> Context:
    """The application that serves ``request``, with all that it holds (for health checks)."""
    context: Context = request.app.state.context
    return context


def caller_of(request: Request) -> Caller:
    """Who sent the request, as the gate before the route found (a dependency of the routes)."""
    caller: Caller = request.state.caller
    return caller


def context_of(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Context:
    """The application as the caller of ``request`` may see it (a dependency of the routes)."""
    return service_of(request).of(caller)
