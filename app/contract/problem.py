"""Problem documents (RFC 9457): the error responses of the API."""

from typing import Any

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class ProblemError(BaseModel):
    """One issue: a JSON pointer into the request, a code, and a message."""

    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """An error for programs (``code``) and for people (``detail``)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemError] = Field(default_factory=list)
    request_id: str | None = None

    def document(self) -> dict[str, Any]:
        """The document as JSON data."""
        return self.model_dump(mode="json")
