"""Health and version: for operators and load balancers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from app.context import Context, service_of
from app.release import DISTRIBUTION, release
from app.strict import StrictRoute

routes = APIRouter(tags=["system"], route_class=StrictRoute)


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class VersionDocument(BaseModel):
    """Which release this is."""

    name: str
    version: str


@routes.get("/livez")
async def livez() -> Alive:
    """The process answers; nothing else is looked at."""
    return Alive()


@routes.get("/readyz")
async def readyz(context: Annotated[Context, Depends(service_of)]) -> Alive:
    """Database and artefact store answer: requests can be served."""
    await run_in_threadpool(context.database.ping)
    await run_in_threadpool(context.store.check_writable)
    return Alive()


@routes.get("/version")
async def get_version() -> VersionDocument:
    """Name and version of the release."""
    return VersionDocument(name=DISTRIBUTION, version=release())
