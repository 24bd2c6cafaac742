"""Documents of administration: API keys, the audit log, health and version."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.contract.base import Name, RequestBody, StoredDocument
from app.contract.caller import Scope

Expiry = Annotated[AwareDatetime, Field(le=datetime(9999, 12, 30, tzinfo=UTC))]
"""A time that has a date in every time zone."""


class KeyBody(RequestBody):
    """A requested API key; each scope includes the lower ones."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "dashboard", "scopes": ["read"], "expires_at": "2030-01-01T00:00:00Z"}
            ]
        }
    )

    name: Name = Field(min_length=1, description="What the key is for.")
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=3)] = ("read", "write")
    expires_at: Expiry | None = Field(default=None, description="Null: never.")


class KeyDocument(StoredDocument):
    """An API key's record; the key itself is not stored."""

    id: str
    name: str
    hint: str = Field(description="The first characters of the key.")
    scopes: list[Scope]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute.")


class NewKeyDocument(KeyDocument):
    """A newly created key."""

    key: str | None = Field(
        description="The key itself, shown only once; null in a replayed response."
    )


class AuditDocument(StoredDocument):
    """An entry of the audit log."""

    id: str
    at: datetime
    subject: str = Field(description="A key's id, oidc:… for a token, console:… for a command.")
    action: str = Field(description="The call: its operationId.")
    resource: str = Field(description="The resource that was concerned or created.")
    outcome: int | None = Field(
        description="HTTP status of the response. Null while the call is in progress, and "
        "permanently if the process died; changes made by then may persist."
    )
    request_id: str | None


class LivenessDocument(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class VersionDocument(BaseModel):
    """The version of the service, its model format and Python."""

    name: str
    version: str
    api: Literal["v1"] = "v1"
    model_format: str
    python: str
