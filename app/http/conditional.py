"""Conditional reads (RFC 9110): an ETag on what is read, 304 for whom has it already.

An answer that is computed from draws is tagged by what it is made from (the model's file, the
question, the release), so that a match costs no computation; a document is tagged by its bytes.
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
from app.http.computed_answer import Heavy, HeavyOf, Written, answered
from app.release import release
from app.runtime.cache import CacheKey

_TAG = re.compile(r'(?:W/)?("[^"]*")')
_REVALIDATE = "private, no-cache"
"""A deleted thing must not live on in a cache: keep the answer, but ask before it is used."""


@dataclass(frozen=True)
class Conditional:
    """The ETags that the caller has, as the header If-None-Match gives them.

    ``heavy``: computes what the caller does not have.
    """

    given: str | None
    heavy: Heavy

    def has(self, tag: str) -> bool:
        """Whether the caller's copy is current, by weak comparison; ``*`` is any copy."""
        if self.given is None:
            return False
        return self.given.strip() == "*" or tag in _TAG.findall(self.given)

    async def computed(
        self,
        context: Context,
        model: ModelRow,
        question: Sequence[str],
        make: Callable[[], Written],
        **headers: str,
    ) -> Response:
        """What ``make`` answers from the model's draws: made once, in a thread for that, and kept.

        A caller that has it costs nothing, and one that asks for what is kept no thread.
        """
        tag = model_tag(model, *question)
        if self.has(tag):
            return self.tagged(tag, None, **headers)
        key = CacheKey("answer", model.id, tag)
        found: Written | None = context.cache.find(key)
        if found is None:
            lane = context.lanes.reads
            found = await self.heavy(lane, lambda: context.cache.get(key, make, _bytes))
        return self.tagged(tag, found.response(), **headers)

    def document(self, answer: BaseModel) -> Response:
        """A document that was cheap to make."""
        response = answered(answer)
        return self.tagged(_quoted(bytes(response.body)), response)

    def tagged(self, tag: str, response: Response | None, **headers: str) -> Response:
        """``response`` with its ETag, or 304 where the caller has it."""
        if response is None or self.has(tag):
            response = Response(status_code=304)
        response.headers.update({"etag": tag, "cache-control": _REVALIDATE, **headers})
        return response


async def conditional(
    heavy: HeavyOf,
    if_none_match: Annotated[
        str | None, Header(max_length=2000, description="ETags of copies that the caller has.")
    ] = None,
) -> Conditional:
    """The condition of a request (a dependency of the routes)."""
    return Conditional(if_none_match, heavy)


Known = Annotated[Conditional, Depends(conditional)]


def _bytes(answer: Written) -> int:
    return len(answer.body)


def model_tag(model: ModelRow, *question: str) -> str:
    """The ETag of an answer that follows from the model's file and the question alone."""
    return _quoted("\n".join((release(), model.id, model.artefact_key, *question)).encode())


def _quoted(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
