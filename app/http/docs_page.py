"""The interactive documentation at ``/docs``, from files that lie on this machine.

Swagger UI comes with the package ``fastapi-offline``; only its files are used. The page starts from
a script file, so that its content security policy forbids inline scripts and every other origin.
"""

from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, HTMLResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Swagger UI styles its elements one by one, hence the inline styles."""

_PAGE = files("app.http").joinpath("static", "docs.html")
_OWN = {"docs.js": "text/javascript"}
_SWAGGER_UI = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}


def install(app: FastAPI) -> None:
    """Serve the page and what it loads."""
    routes = APIRouter(include_in_schema=False)
    page = _PAGE.read_text("utf-8")

    @routes.get("/docs")
    async def docs() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    for name, media_type in _OWN.items():
        _serve(routes, files("app.http").joinpath("static", name), media_type)
    for name, media_type in _SWAGGER_UI.items():
        _serve(routes, _swagger_ui() / name, media_type)
    app.include_router(routes)


def _serve(routes: APIRouter, file: Traversable, media_type: str) -> None:
    with as_file(file) as path:

        @routes.get(f"/docs/{path.name}")
        async def asset() -> FileResponse:
            return FileResponse(path, media_type=media_type)


def _swagger_ui() -> Path:
    """Where the package lies; it is not imported, for it would make an application of its own."""
    found = find_spec("fastapi_offline")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("fastapi-offline is not installed: run `make`")
    return Path(found.origin).parent / "static"
