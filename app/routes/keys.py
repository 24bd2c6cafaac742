"""API keys: created, listed and revoked by an admin of the tenant."""

from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from app.access.server_secret import server_secret
from app.contract.admin import KeyBody, KeyDocument, NewKeyDocument
from app.contract.base import Page
from app.http.computed_answer import created
from app.http.dependencies import ContextOf, Limit, PageToken, problems, router
from app.http.guarded_route import requires_scope
from app.http.idempotent import Idempotent
from app.http.path_ids import Id
from app.services.administration import keys
from app.services.administration.keys import KeySubmission

routes = router("keys")


@routes.post(
    "/keys",
    status_code=201,
    response_model=NewKeyDocument,
    responses=problems(409, 413, 415, 422),
)
@requires_scope("admin")
async def create_key(body: KeyBody, context: ContextOf, idempotent: Idempotent) -> Response:
    """Create an API key for the tenant. The key is shown only in this answer.

    409 if the service accepts only tokens of the identity provider.
    """
    keys.require_used(context.settings)

    def create() -> Response:
        submission = KeySubmission(body.name, body.scopes, body.expires_at)
        secret = server_secret(context.settings)
        row, key = keys.create(context.database, secret, submission, context.caller.subject)
        document = NewKeyDocument(**KeyDocument.model_validate(row).model_dump(), key=key)
        return created(document, f"/v1/keys/{row.id}")

    return await idempotent.answer(lambda: run_in_threadpool(create), redact=_without_secret)


@routes.get("/keys", responses=problems(422))
@requires_scope("admin")
def list_keys(
    context: ContextOf, limit: Limit = 50, page_token: PageToken = None
) -> Page[KeyDocument]:
    """Keys, newest first, including expired and revoked ones."""
    return Page[KeyDocument].model_validate(keys.page(context.database, limit, page_token))


@routes.get("/keys/{key_id}", responses=problems(404))
@requires_scope("admin")
def get_key(key_id: Id, context: ContextOf) -> KeyDocument:
    """One key."""
    return KeyDocument.model_validate(keys.find(context.database, key_id))


@routes.delete("/keys/{key_id}", status_code=204, responses=problems(404))
@requires_scope("admin")
def revoke_key(key_id: Id, context: ContextOf) -> None:
    """Revoke a key, with effect from the next request. It remains listed."""
    keys.revoke(context.database, key_id)


def _without_secret(body: bytes) -> bytes:
    document = NewKeyDocument.model_validate_json(body)
    return document.model_copy(update={"key": None}).model_dump_json().encode()
