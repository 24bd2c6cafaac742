"""How answers that are computed from draws are made and sent."""

from collections.abc import Callable
from dataclasses import dataclass

from anyio import CapacityLimiter, to_thread
from pydantic import BaseModel
from starlette.responses import Response

from app.errors import Overloaded

WAITING = 24
"""Calls that wait for one thread of a lane, at most: what is asked of a service that cannot keep up
is told so, and not computed for nobody after its caller has given up."""
RETRY_SECONDS = 5.0


async def heavy[Answer](lane: CapacityLimiter, work: Callable[[], Answer]) -> Answer:
    """``work`` in one of the few threads of its lane (``Lanes``).

    It includes writing the answer down: a large one would keep the event loop. Raises Overloaded
    where so many wait already that callers would have gone before their turn.
    """
    waiting = lane.statistics().tasks_waiting
    if waiting >= WAITING * lane.total_tokens:
        detail = (
            f"{waiting} calls of this kind wait for their turn already: try again later, or queue "
            "the question where it takes `Prefer: respond-async`."
        )
        raise Overloaded(detail, retry_after=RETRY_SECONDS)
    return await to_thread.run_sync(work, limiter=lane)


@dataclass(frozen=True)
class Written:
    """An answer as it is sent."""

    body: bytes
    media_type: str

    def response(self) -> Response:
        """A fresh one for each caller: headers are added to it."""
        return Response(self.body, media_type=self.media_type)


def written(answer: BaseModel) -> Written:
    """Serialised once, by pydantic; a number that does not exist becomes null."""
    return Written(answer.model_dump_json().encode(), "application/json")


def answered(answer: BaseModel) -> Response:
    """``answer`` as JSON."""
    return written(answer).response()


def created(document: BaseModel, location: str | None = None) -> Response:
    """201 with what was created and where it is."""
    response = answered(document)
    response.status_code = 201
    if location:
        response.headers["location"] = location
    return response
