"""The workbench: the page at ``/``, from files that ``make ui`` has built.

The files are read once, when the application is created. Scripts and styles carry a hash in their
name, so a browser keeps them; the page itself is asked for again each time. All addresses in it are
relative, so that it works under a path prefix of a proxy.
"""

import base64
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse, Response

BUILT = Path(__file__).parents[1] / "ui" / "dist"
"""Where ``make ui`` puts the page."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""No inline script, no inline style element, no other host."""

NOT_BUILT = (
    "The page of this service has not been built: run <code>make ui</code> and start it again, or "
    'use the <a href="docs">documentation of the API</a>.'
)
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:17px/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem}"
)
_ABSENT = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Prudent</title>'
    f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
    f"<body><main><h1>Prudent</h1><p>{NOT_BUILT}</p></main></body></html>"
)
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
_SECURITY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_STYLE_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_WITH_STYLE = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_STYLE_DIGEST}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class _File:
    """A built file, plain and compressed."""

    content: bytes
    compressed: bytes
    media_type: str

    def response(self, request: Request, cache_control: str) -> Response:
        headers = {**_SECURITY, "cache-control": cache_control, "vary": "Accept-Encoding"}
        body = self.content
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = self.compressed
            headers["content-encoding"] = "gzip"
        return Response(body, media_type=self.media_type, headers=headers)


def install(app: FastAPI, built: Path = BUILT) -> None:
    """Serve the page at ``/``, its files under ``/assets``; or one sentence that it is absent."""
    routes = APIRouter(include_in_schema=False)
    page = built / "index.html"
    if not page.is_file():

        @routes.get("/")
        async def absent() -> HTMLResponse:
            return HTMLResponse(_ABSENT, headers={**_SECURITY, **_WITH_STYLE})

    else:
        front = _read(page, "text/html")

        @routes.get("/")
        async def workbench(request: Request) -> Response:
            return front.response(request, "no-cache")

        for path in sorted((built / "assets").iterdir()):
            _serve(routes, path)
    app.include_router(routes)


def _serve(routes: APIRouter, path: Path) -> None:
    file = _read(path, _TYPES.get(path.suffix, "application/octet-stream"))

    @routes.get(f"/assets/{path.name}")
    async def asset(request: Request) -> Response:
        return file.response(request, _YEAR)


def _read(path: Path, media_type: str) -> _File:
    content = path.read_bytes()
    return _File(content, gzip.compress(content, 9), media_type)
