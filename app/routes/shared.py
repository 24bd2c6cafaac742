"""The page behind a link to a shared plan: no credential, no script, nothing else of the tenant."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from app.access.share_links import FOLDER
from app.context import service_of
from app.errors import NotFound, StoreError
from app.http.handlers import request_id_of
from app.http.pages.written import page_response
from app.report.plan import ended, notice, page, policy
from app.services.projects import shares

AWAY = ("The plan cannot be read now", ("The service is busy or being looked after.", "Try again."))


def install(app: FastAPI) -> None:
    """Serve the pages of links; they are no part of the API."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(f"/{FOLDER}/{{token:path}}")
    async def shared_plan(token: str, request: Request) -> HTMLResponse:
        """The plan, or one page for every link that shows none."""
        service, request_id = service_of(request), request_id_of(request)
        try:
            share = await run_in_threadpool(shares.opened, service, token, request_id)
        except NotFound:
            return page_response(ended(), policy(), 404)
        except StoreError:
            return page_response(notice(*AWAY), policy(), 503)
        return page_response(page(share.plan, share.expires_at), policy())

    app.include_router(routes)
