"""Health and version: for operators and load balancers."""

import platform
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.context import Context, service_of
from app.http.dependencies import problems
from app.http.strict_route import StrictRoute
from app.release import DISTRIBUTION, release
from app.services.operations.readiness import check_ready
from mmm.posterior.fitted import FORMAT

routes = APIRouter(tags=["system"], route_class=StrictRoute)


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class VersionDocument(BaseModel):
    """Which release this is, and what it runs on."""

    name: str
    version: str
    api: Literal["v1"] = "v1"
    model_format: str
    python: str


@routes.get("/livez")
async def livez() -> Alive:
    """The process answers; nothing else is looked at."""
    return Alive()


@routes.get("/readyz", responses=problems(503))
def readyz(context: Annotated[Context, Depends(service_of)]) -> Alive:
    """Database, artefact store and job engine work: requests can be served. Else 503, with each
    part that does not and the reason.
    """
    check_ready(context)
    return Alive()


@routes.get("/version")
async def get_version() -> VersionDocument:
    """The release, and what it runs on."""
    return VersionDocument(
        name=DISTRIBUTION,
        version=release(),
        model_format=FORMAT,
        python=platform.python_version(),
    )
