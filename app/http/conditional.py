"""Conditional reads (RFC 9110): an ETag on every read, 304 if the caller's copy is current.

The tag of an answer computed from draws is derived from its inputs (the model's file, the question,
the release), so a match needs no computation; a document's tag is derived from its bytes.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.responses import Response

from app.context import Context
from app.db.models import ModelRow
from app.http.computed_answer import LaneRunner, LaneRunnerOf, SerializedAnswer, json_response
from app.runtime.cache import CacheKey
from app.runtime.lanes import Lane
from mmm.release import release

_TAG = re.compile(r'(?:W/)?("[^"]*")')
_REVALIDATE = "private, no-cache"
"""Clients may cache an answer but must revalidate it, so deleted models are not served."""


@dataclass(frozen=True)
class Conditional:
    """A conditional read: the caller's If-None-Match header, and the runner of computations."""

    if_none_match: str | None
    run_in_lane: LaneRunner

    def is_current(self, tag: str) -> bool:
        """Whether the caller has a current copy, by weak comparison; ``*`` matches any tag."""
        if self.if_none_match is None:
            return False
        return self.if_none_match.strip() == "*" or tag in _TAG.findall(self.if_none_match)

    async def computed(
        self,
        context: Context,
        model: ModelRow,
        question: Sequence[str],
        make: Callable[[], SerializedAnswer],
        lane: Lane | None = None,
        **headers: str,
    ) -> Response:
        """The answer that ``make`` computes from draws, once, in ``lane`` (by default the reads
        lane); then cached.

        It is not computed if the caller has a current copy, and a cached answer needs no thread.
        """
        tag = model_tag(model, *question)
        if self.is_current(tag):
            return self.tagged(tag, None, **headers)
        key = CacheKey("answer", model.id, tag)
        answer: SerializedAnswer | None = context.cache.find(key)
        if answer is None:
            run_in = lane or context.lanes.reads
            answer = await self.run_in_lane(run_in, lambda: context.cache.get(key, make, _bytes))
        return self.tagged(tag, answer.response(), **headers)

    def document(self, answer: BaseModel) -> Response:
        """The response of a document that needs no computation, tagged by its bytes."""
        response = json_response(answer)
        return self.tagged(_quoted(bytes(response.body)), response)

    def tagged(self, tag: str, response: Response | None, **headers: str) -> Response:
        """``response`` with its ETag, or 304 if the caller has a current copy."""
        if response is None or self.is_current(tag):
            response = Response(status_code=304)
        response.headers.update({"etag": tag, "cache-control": _REVALIDATE, **headers})
        return response


async def conditional(
    run_in_lane: LaneRunnerOf,
    if_none_match: Annotated[
        str | None, Header(max_length=2000, description="ETags of the caller's copies.")
    ] = None,
) -> Conditional:
    """The condition of a request (a dependency of the routes)."""
    return Conditional(if_none_match, run_in_lane)


ConditionalRead = Annotated[Conditional, Depends(conditional)]


def _bytes(answer: SerializedAnswer) -> int:
    return len(answer.body)


def model_tag(model: ModelRow, *question: str) -> str:
    """The ETag of an answer that depends only on the model's file, what tests of it have found, and
    the question."""
    tested = [run["at"] for run in (model.trust or {}).get("runs", ())]
    parts = (release(), model.id, model.artefact_key, *tested, *question)
    return _quoted("\n".join(parts).encode())


def _quoted(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
