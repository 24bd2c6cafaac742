"""Computing answers from posterior draws, and sending them as responses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive

from app.contract.caller import LOCAL, Caller
from app.runtime.lanes import Lane
from app.services.catalog.finite import require_finite
from optimizer.watch import Watch


@dataclass(frozen=True)
class LaneRunner:
    """Runs computations for one request, unless its caller disconnects before they begin.

    ``caller``: for a computation that can be ended, asked whether its caller has left.
    """

    receive: Receive
    tenant: str
    left: Event = field(default_factory=Event)

    @property
    def caller(self) -> Watch:
        return Watch(self.left.is_set)

    async def __call__[Answer](self, lane: Lane, work: Callable[[], Answer]) -> Answer:
        """Run ``work`` in a thread of its lane; raises Overloaded or CallerLeft.

        The work includes serializing the answer: a large one would block the event loop.
        """
        return await lane.run(self.tenant, work, self._disconnected, self.left)

    async def _disconnected(self) -> None:
        """Return when the connection has ended; the request body has been read before."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


async def lane_runner_of(request: Request) -> LaneRunner:
    """The runner for the caller of ``request`` (a dependency of the routes)."""
    caller: Caller = getattr(request.state, "caller", LOCAL)
    return LaneRunner(request.receive, caller.tenant)


LaneRunnerOf = Annotated[LaneRunner, Depends(lane_runner_of)]


@dataclass(frozen=True)
class SerializedAnswer:
    """The body and media type of an answer."""

    body: bytes
    media_type: str

    def response(self) -> Response:
        """A new response for each caller, since headers are added to it."""
        return Response(self.body, media_type=self.media_type)


def serialize(answer: BaseModel) -> SerializedAnswer:
    """Serialize ``answer`` as JSON with pydantic; raises NotFinite."""
    require_finite(answer)
    return SerializedAnswer(answer.model_dump_json().encode(), "application/json")


def json_response(answer: BaseModel) -> Response:
    """200 with ``answer`` as JSON; raises NotFinite."""
    return serialize(answer).response()


def created(document: BaseModel, location: str | None = None) -> Response:
    """201 with the created document and its location."""
    response = json_response(document)
    response.status_code = 201
    if location:
        response.headers["location"] = location
    return response
