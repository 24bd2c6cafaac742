"""Problem documents (RFC 9457): how the API says that something went wrong."""

from typing import Any

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"


class ProblemError(BaseModel):
    """One fault: where (JSON pointer into the request), a code, a sentence."""

    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """What went wrong, for programs and for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemError] = Field(default_factory=list)
    request_id: str | None = None

    def document(self) -> dict[str, Any]:
        """As plain data."""
        return self.model_dump(mode="json")
