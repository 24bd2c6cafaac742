"""HTTP calls, with retries where they are safe and errors translated to those of the client.

A busy service has done nothing, and a read may be repeated. A call that creates something carries
an Idempotency-Key, so that it may be repeated too if its answer was lost.
"""

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx
from pydantic import BaseModel, ValidationError

from app.client.errors import ClientError, ServiceError, Unreachable
from app.contract.problem import MEDIA_TYPE, Problem

type Document = Mapping[str, Any]

BUSY = frozenset({429, 503})
"""Statuses of calls that were refused before anything was done and may be retried."""
ATTEMPTS = 4
MAX_PAUSE = 30.0
FIRST_PAUSE = 0.2
"""Seconds before the first retry of a call whose answer was lost; each further pause doubles."""


class Calls:
    """The connection to one service, as a context manager; subclasses add the calls."""

    def __init__(self, base_url: str, timeout: float = 60.0, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=base_url, timeout=timeout, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _get[Answer: BaseModel](self, kind: type[Answer], path: str, **params: Any) -> Answer:
        """Read one document; parameters that are None are omitted."""
        given = {name: value for name, value in params.items() if value is not None}
        return read(kind, self._call("GET", path, params=given))

    def _pages[Item: BaseModel](self, kind: type[Item], path: str) -> Iterator[Item]:
        """Every item of a list, newest first; pages are fetched as they are needed."""
        params: dict[str, str] | None = {}
        while params is not None:
            page = self._call("GET", path, params=params).json()
            yield from (parsed(kind, item) for item in page["items"])
            token = page.get("next_page_token")
            params = {"page_token": token} if token else None

    def _ask[Answer: BaseModel](
        self, kind: type[Answer], path: str, body: BaseModel | Document, **parts: Any
    ) -> Answer:
        """Make a POST call that creates nothing."""
        return read(kind, self._call("POST", path, json=document(body), **parts))

    def _create[Answer: BaseModel](
        self, kind: type[Answer], path: str, body: BaseModel | Document | None = None, **parts: Any
    ) -> Answer:
        """Make a POST call that creates something exactly once, even if it is retried."""
        if body is not None:
            parts["json"] = document(body)
        headers = {**parts.pop("headers", {}), "Idempotency-Key": uuid4().hex}
        return read(kind, self._call("POST", path, repeatable=True, headers=headers, **parts))

    def _call(
        self, method: str, path: str, *, repeatable: bool | None = None, **parts: Any
    ) -> httpx.Response:
        """The response to a call; raises ServiceError or Unreachable.

        ``repeatable``: whether the call may be retried although it may have been carried out; by
        default only GET calls.
        """
        may_retry = method == "GET" if repeatable is None else repeatable
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self._http.request(method, path, **parts)
            except httpx.TransportError as error:
                if not may_retry or attempt == ATTEMPTS:
                    raise Unreachable(_unreachable(self._http.base_url, error)) from error
                time.sleep(FIRST_PAUSE * 2.0 ** (attempt - 1))
                continue
            if response.is_success:
                return response
            if response.status_code not in BUSY or attempt == ATTEMPTS:
                raise ServiceError(problem_of(response))
            time.sleep(_pause(response))


def read[Answer: BaseModel](kind: type[Answer], response: httpx.Response) -> Answer:
    """Parse the document of a response; raises ClientError if it is not of this kind."""
    try:
        return kind.model_validate_json(response.content)
    except ValidationError as error:
        raise ClientError(f"the answer is not a valid {kind.__name__}: {error}") from error


def parsed[Item: BaseModel](kind: type[Item], item: Any) -> Item:
    """Parse an item of a list; raises ClientError if it is not of this kind."""
    try:
        return kind.model_validate(item)
    except ValidationError as error:
        raise ClientError(f"the answer contains no valid {kind.__name__}: {error}") from error


def document(body: BaseModel | Document) -> Any:
    """A request as JSON."""
    return body.model_dump(mode="json") if isinstance(body, BaseModel) else dict(body)


def problem_of(response: httpx.Response) -> Problem:
    """The problem document of an error response, also of one that a proxy sent."""
    if response.headers.get("content-type", "").startswith(MEDIA_TYPE):
        return Problem.model_validate_json(response.content)
    return Problem(
        type="about:blank",
        title=response.reason_phrase,
        status=response.status_code,
        detail=response.text[:300],
        code="no_problem_document",
    )


def _pause(response: httpx.Response) -> float:
    """Seconds to wait as Retry-After says, at most MAX_PAUSE; 1 without the header."""
    retry_after = response.headers.get("retry-after", "")
    return min(float(retry_after), MAX_PAUSE) if retry_after.isdecimal() else 1.0


def _unreachable(url: httpx.URL, error: httpx.TransportError) -> str:
    reason = str(error) or type(error).__name__
    return f"no answer from {url}: {reason}. Check the address, and that the service is running."
