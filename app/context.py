"""The parts of a running service: created once per application, passed to every use case."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Self

from fastapi import Depends, Request

from app.access.gate import Gate
from app.contract.caller import LOCAL, Caller
from app.db.database import Database
from app.intake.pool import Intake
from app.jobs.operations import Operations
from app.runtime.cache import Cache
from app.runtime.lanes import Lanes
from app.runtime.probe import Probe
from app.settings import Settings
from app.store.port import ArtefactStore
from app.store.reserve import Reserve


@dataclass(frozen=True)
class Context:
    """The parts that use cases work with.

    A request uses the context ``of`` its caller, whose database and operations are restricted to
    the tenant. Values read from models are kept in ``cache``; computations run in ``lanes``; what
    callers send is read through ``intake``; ``probes`` check the parts that requests need, by name;
    ``reserve`` is space for deletions.
    """

    settings: Settings
    database: Database
    store: ArtefactStore
    operations: Operations
    cache: Cache
    lanes: Lanes
    intake: Intake
    gate: Gate
    reserve: Reserve
    probes: Mapping[str, Probe]
    caller: Caller = LOCAL

    def of(self, caller: Caller) -> Self:
        """The same context, restricted to the caller's tenant."""
        return replace(
            self,
            caller=caller,
            database=self.database.of(caller.tenant),
            operations=self.operations.of(caller.tenant),
        )


def service_of(request: Request) -> Context:
    """The unrestricted context of the application that serves ``request`` (for health checks)."""
    context: Context = request.app.state.context
    return context


def caller_of(request: Request) -> Caller:
    """The authenticated caller of the request (a dependency of the routes)."""
    caller: Caller = request.state.caller
    return caller


def context_of(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Context:
    """The context restricted to the caller of ``request`` (a dependency of the routes)."""
    return service_of(request).of(caller)
