"""What a running service consists of: made once per application, handed to every use-case."""

from dataclasses import dataclass

from fastapi import Request

from app.db.database import Database
from app.jobs.operations import Operations
from app.services.model_cache import ModelCache
from app.settings import Settings
from app.store.port import ArtefactStore


@dataclass(frozen=True)
class Context:
    """The parts that use-cases work with."""

    settings: Settings
    database: Database
    store: ArtefactStore
    operations: Operations
    models: ModelCache


def context_of(request: Request) -> Context:
    """The context of the application that serves ``request`` (a dependency of the routes)."""
    context: Context = request.app.state.context
    return context
