"""Fits: checked at once, carried out as an operation."""

import re
from typing import Annotated

from fastapi import Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.documents import FitCheckDocument, OperationDocument
from app.fit_documents import FitBody
from app.handlers import request_id_of
from app.routes.common import ContextOf, problems, router
from app.services import fits
from app.services.fits import FitOrder

routes = router("fits")

MAX_WAIT_SECONDS = 60.0
_WAIT = re.compile(r"(?:^|[,;])\s*wait=(\d{1,4})\s*(?:$|[,;])")


@routes.post(
    "/fit",
    status_code=202,
    response_model=OperationDocument,
    responses={
        200: {"model": FitCheckDocument, "description": "Checked only (validate_only=true)."},
        **problems(404, 413, 415, 422),
    },
)
async def fit(
    body: FitBody,
    request: Request,
    context: ContextOf,
    validate_only: Annotated[bool, Query(description="Check, and fit nothing.")] = False,
    prefer: Annotated[str | None, Header(description="wait=20 waits that many seconds.")] = None,
) -> Response:
    """Check data and model (422 names what is wrong), then queue the fit as an operation."""
    order = _order(body)
    if validate_only:
        return await run_in_threadpool(_check, context, order)
    row = await run_in_threadpool(fits.submit, context, order, request_id_of(request))
    headers = {"Location": f"/v1/operations/{row.id}"}
    seconds = wait_seconds(prefer)
    if seconds:
        row = await context.operations.wait(row.id, seconds)
        headers["Preference-Applied"] = f"wait={seconds:g}"
    document = OperationDocument.of(row).model_dump(mode="json")
    return JSONResponse(document, status_code=202, headers=headers)


def wait_seconds(prefer: str | None) -> float:
    """Seconds of a ``Prefer: wait=N`` header, within bounds; 0 for none."""
    found = _WAIT.search(prefer or "")
    return min(float(found.group(1)), MAX_WAIT_SECONDS) if found else 0.0


def _order(body: FitBody) -> FitOrder:
    return FitOrder(
        spec=body.model,
        sampling=body.sampling,
        dataset_id=body.data.dataset_id,
        rows=body.data.rows,
        name=body.name,
        project=body.project,
    )


def _check(context: ContextOf, order: FitOrder) -> Response:
    panel = fits.check(context, order)
    document = FitCheckDocument(
        start=panel.weeks[0].isoformat(),
        end=panel.weeks[-1].isoformat(),
        weeks=len(panel.weeks),
        geos=list(panel.geos),
    )
    return JSONResponse(document.model_dump(mode="json"))
