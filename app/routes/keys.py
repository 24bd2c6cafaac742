"""API keys: made, listed and revoked by an admin of the tenant."""

from datetime import datetime
from typing import Annotated, Self

from fastapi.concurrency import run_in_threadpool
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.access.server_secret import server_secret
from app.contract.caller import Scope
from app.contract.documents import RequestBody
from app.db.models import ApiKeyRow
from app.db.pages import Page
from app.http.computed_answer import created
from app.http.dependencies import ContextOf, Id, Limit, Name, PageToken, problems, router
from app.http.guarded_route import needs
from app.http.idempotent import CalledOnce
from app.services.operations import keys
from app.services.operations.keys import KeyOrder

routes = router("keys")


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


class KeyDocument(BaseModel):
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

    @classmethod
    def of(cls, row: ApiKeyRow) -> Self:
        """From its row."""
        return cls.model_validate(row, from_attributes=True)


class NewKeyDocument(KeyDocument):
    """A key that was just made."""

    key: str | None = Field(
        description="The secret: shown here and never again, so that it is null in a replay."
    )


class KeyList(BaseModel):
    """A page of keys, newest first."""

    items: list[KeyDocument]
    next_page_token: str | None

    @classmethod
    def of(cls, page: Page[ApiKeyRow]) -> Self:
        """From a page of rows."""
        items = [KeyDocument.of(row) for row in page.items]
        return cls(items=items, next_page_token=page.next_page_token)


@routes.post(
    "/keys",
    status_code=201,
    response_model=NewKeyDocument,
    responses=problems(409, 413, 415, 422),
)
@needs("admin")
async def create_key(body: KeyBody, context: ContextOf, once: CalledOnce) -> Response:
    """Make an API key for the tenant. The answer holds it once: keep it.

    409 where the service looks at tokens alone, so that a key would open nothing.
    """
    keys.require_used(context.settings)

    def create() -> Response:
        order = KeyOrder(body.name, body.scopes, body.expires_at)
        secret = server_secret(context.settings)
        row, key = keys.create(context.database, secret, order, context.caller.subject)
        document = NewKeyDocument(**KeyDocument.of(row).model_dump(), key=key)
        return created(document, f"/v1/keys/{row.id}")

    return await once.answer(lambda: run_in_threadpool(create), kept=_without_secret)


@routes.get("/keys", responses=problems(422))
@needs("admin")
def list_keys(context: ContextOf, limit: Limit = 50, page_token: PageToken = None) -> KeyList:
    """Keys, newest first, also those that expired or were revoked."""
    return KeyList.of(keys.page(context.database, limit, page_token))


@routes.get("/keys/{key_id}", responses=problems(404))
@needs("admin")
def get_key(key_id: Id, context: ContextOf) -> KeyDocument:
    """One key."""
    return KeyDocument.of(keys.find(context.database, key_id))


@routes.delete("/keys/{key_id}", status_code=204, responses=problems(404))
@needs("admin")
def revoke_key(key_id: Id, context: ContextOf) -> None:
    """Revoke a key: from now on it opens nothing. Its row stays, for the record."""
    keys.revoke(context.database, key_id)


def _without_secret(body: bytes) -> bytes:
    document = NewKeyDocument.model_validate_json(body)
    return document.model_copy(update={"key": None}).model_dump_json().encode()
