"""Pages that the service writes: their headers, and what the log says of their addresses."""

import re

from starlette.responses import HTMLResponse

MEDIA_TYPE = "text/html"
_LINK = re.compile(r"(/shared/[A-Za-z0-9_]*)\.[^/]*")


def page_response(html: str, policy: str, status: int = 200) -> HTMLResponse:
    """A page that nobody else may frame, keep or index, and that tells its address to no host."""
    headers = {
        "content-security-policy": f"{policy}; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "x-robots-tag": "noindex, nofollow",
    }
    return HTMLResponse(html, status, headers)


def told_path(path: str) -> str:
    """A path for the log: a link to a shared plan without what makes it work."""
    return _LINK.sub(r"\1.…", path)
