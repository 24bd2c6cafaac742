"""Health and version: for operators and load balancers."""

import platform

from fastapi import APIRouter, Request

from app.context import service_of
from app.contract.admin import LivenessDocument, VersionDocument
from app.http.dependencies import problems
from app.http.strict_route import StrictRoute
from app.services.administration.readiness import check_ready
from mmm.posterior.fitted import FORMAT
from mmm.release import DISTRIBUTION, release

routes = APIRouter(tags=["system"], route_class=StrictRoute)


@routes.get("/livez")
async def livez() -> LivenessDocument:
    """The process answers; nothing else is checked."""
    return LivenessDocument()


@routes.get("/readyz", responses=problems(503))
async def readyz(request: Request) -> LivenessDocument:
    """Database, artefact store and job engine work, so requests can be answered.

    Otherwise 503, within two seconds, with each part that does not work and the reason.
    """
    await check_ready(service_of(request))
    return LivenessDocument()


@routes.get("/version")
async def get_version() -> VersionDocument:
    """The version of the service, its model format and Python."""
    return VersionDocument(
        name=DISTRIBUTION,
        version=release(),
        model_format=FORMAT,
        python=platform.python_version(),
    )
