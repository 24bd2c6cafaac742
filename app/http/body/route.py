"""A route whose body is read late, within bounds, and parsed away from the event loop.

What the path names is found first (404). Only then is the body received, and a JSON body becomes
the endpoint's document, so that the framework neither parses nor validates it.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Literal

from fastapi import Request
from fastapi._compat import ModelField
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response

from app.context import Context, caller_of, service_of
from app.http.body.multipart import FORM
from app.http.body.receiving import received_body
from app.http.computed_answer import lane_runner_of
from app.intake.document import read_document
from app.intake.pool import SMALL_BYTES
from app.settings import Settings
from mmm.tables.formats import bare

type Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]
type Contents = Literal["table", "plan", "document"]
"""What a body holds, which decides how large it may be."""


def takes[Route: Callable[..., Any]](contents: Contents) -> Callable[[Route], Route]:
    """Set what the body of an endpoint holds; by default a document where it has one."""

    def mark(endpoint: Route) -> Route:
        endpoint.__dict__["takes"] = contents
        return endpoint

    return mark


def takes_form[Route: Callable[..., Any]](
    read: Callable[[bytes, str], BaseModel],
) -> Callable[[Route], Route]:
    """Let an endpoint of a document take it as parts of a form too, read by ``read(content,
    content_type)``."""

    def mark(endpoint: Route) -> Route:
        endpoint.__dict__["takes_form"] = read
        return endpoint

    return mark


def found_first[Find: Callable[..., Any]](find: Find) -> Find:
    """Mark a dependency ``find(id, context)``: it is called before the body is received too."""
    find.__dict__["found_first"] = True
    return find


class ReceivedRequest(Request):
    """A request whose body was received, and parsed where the endpoint takes a document."""

    def __init__(self, request: Request, content: bytes, document: BaseModel | None) -> None:
        super().__init__(request.scope, request.receive)
        self._body = content
        if document is not None:
            self._json = document
            kind = (b"content-type", b"application/json")
            rest = [item for item in request.scope["headers"] if item[0] != b"content-type"]
            self.scope = {**request.scope, "headers": [*rest, kind]}


class BodyRoute(APIRoute):
    """Finds what the path names, receives the body within the limits of the settings, parses it."""

    def get_route_handler(self) -> Endpoint:
        """The framework's handler, preceded by these steps where the endpoint takes a body."""
        handle = super().get_route_handler()
        default: Contents | None = "document" if self.body_field else None
        contents: Contents | None = self.endpoint.__dict__.get("takes", default)
        if contents is None:
            return handle
        kind = _document_class(self.body_field)
        read_form = self.endpoint.__dict__.get("takes_form")

        async def handle_body(request: Request) -> Response:
            context = service_of(request).of(caller_of(request))
            await _find(self.dependant, request, context)
            most = most_bytes(context.settings, contents)
            async with received_body(request, context, most) as content:
                sent_as = request.headers.get("content-type", "")
                if read_form is not None and bare(sent_as) == FORM:
                    document = await run_in_threadpool(read_form, content, sent_as)
                else:
                    document = await _parsed(request, context, content, kind) if content else None
                return await handle(ReceivedRequest(request, content, document))

        return handle_body


def most_bytes(settings: Settings, contents: Contents) -> int:
    """The largest body of a call."""
    most = {
        "table": settings.max_body_bytes,
        "plan": settings.max_plan_bytes,
        "document": settings.max_document_bytes,
    }
    return most[contents]


def _document_class(field: ModelField | None) -> type[BaseModel] | None:
    """The class of an endpoint's document; None for an endpoint of bytes."""
    if field is None:
        return None
    kind = field.field_info.annotation
    assert isinstance(kind, type)
    assert issubclass(kind, BaseModel)
    return kind


async def _find(dependant: Dependant, request: Request, context: Context) -> None:
    """Call the dependencies that are found first; raises NotFound."""
    for dependency in dependant.dependencies:
        if dependency.call is None or not getattr(dependency.call, "found_first", False):
            continue
        (field,) = dependency.path_params
        await run_in_threadpool(dependency.call, request.path_params[field.name], context)


async def _parsed(
    request: Request, context: Context, content: bytes, kind: type[BaseModel] | None
) -> BaseModel | None:
    """The document in ``content``; raises InvalidDocument. None for an endpoint of bytes."""
    if kind is None:
        return None
    run_in_lane = await lane_runner_of(request)
    size = len(content)
    lane = context.lanes.documents if size <= SMALL_BYTES else context.lanes.tables
    return await run_in_lane(lane, lambda: context.intake.run(size, read_document, content, kind))
