"""How answers that are computed from draws are made and sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive

from app.runtime.lanes import Lane


@dataclass(frozen=True)
class Heavy:
    """Computes for the caller of one request, and not for one who has left before it begins."""

    receive: Receive

    async def __call__[Answer](self, lane: Lane, work: Callable[[], Answer]) -> Answer:
        """``work`` in one of the few threads of its lane; raises Overloaded or CallerLeft.

        It includes writing the answer down: a large one would keep the event loop.
        """
        return await lane.run(work, self._left)

    async def _left(self) -> None:
        """Returns when the connection has ended; the body has been read by then."""
        while (await self.receive())["type"] != "http.disconnect":
            pass


async def heavy_of(request: Request) -> Heavy:
    """For the caller of ``request`` (a dependency of the routes)."""
    return Heavy(request.receive)


HeavyOf = Annotated[Heavy, Depends(heavy_of)]


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
