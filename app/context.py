"""What a running service consists of: made once per application, handed to every use-case."""

from dataclasses import dataclass

from anyio import CapacityLimiter
from fastapi import Request

from app.db.database import Database
from app.jobs.operations import Operations
from app.services.model_cache import ModelCache
from app.settings import Settings
from app.store.port import ArtefactStore


@dataclass(frozen=True)
class Context:
    """The parts that use-cases work with.

    ``heavy`` bounds the threads that answer questions from draws, so that these neither exhaust
    the memory nor keep light calls waiting.
    """

    settings: Settings
    database: Database
    store: ArtefactStore
    operations: Operations
    models: ModelCache
    heavy: CapacityLimiter


def context_of(request: Request) -> Context:
    """The context of the application that serves ``request`` (a dependency of the routes)."""
    context: Context = request.app.state.context
    return context
