"""The documents of those who run the service: keys, the audit log, health and the release."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.contract.base import Name, RequestBody, StoredDocument
from app.contract.caller import Scope


class KeyBody(RequestBody):
    """A key to be made; each scope brings those below it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "dashboard", "scopes": ["read"], "expires_at": "2030-01-01T00:00:00Z"}
            ]
        }
    )

    name: Name = Field(min_length=1, max_length=200, description="What the key is for.")
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=3)] = ("read", "write")
    expires_at: AwareDatetime | None = Field(default=None, description="Null: never.")


class KeyDocument(StoredDocument):
    """What is known of a key; the key itself is not kept."""

    id: str
    name: str
    hint: str = Field(description="How the key begins.")
    scopes: list[Scope]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute.")


class NewKeyDocument(KeyDocument):
    """A key that was just made."""

    key: str | None = Field(
        description="The secret: shown here and never again, so that it is null in a replay."
    )


class AuditDocument(StoredDocument):
    """One entry."""

    id: str
    at: datetime
    subject: str = Field(description="A key's id, oidc:… for a token, console:… for a command.")
    action: str = Field(description="The call: its operationId.")
    resource: str = Field(description="What it was about, or what it made.")
    outcome: int | None = Field(
        description="HTTP status of the answer. Null while the call is carried out, and for good "
        "where the process died on the way: what it changed by then may stand."
    )
    request_id: str | None


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class VersionDocument(BaseModel):
    """Which release this is, and what it runs on."""

    name: str
    version: str
    api: Literal["v1"] = "v1"
    model_format: str
    python: str
