"""What the service signs with its secret: each purpose has a key of its own.

key(purpose) = HMAC-SHA256(secret, purpose);  signature = HMAC-SHA256(key(purpose), content)
"""

import base64
import hmac
import json
from typing import Any


def signature(secret: bytes, purpose: bytes, content: bytes) -> bytes:
    """The signature of ``content``, 32 bytes; it is valid for this purpose alone."""
    return hmac.digest(hmac.digest(secret, purpose, "sha256"), content, "sha256")


def is_signed(secret: bytes, purpose: bytes, content: bytes, given: str) -> bool:
    """Whether ``given`` is the encoded signature of ``content``, compared in constant time."""
    try:
        found = decoded(given)
    except ValueError:
        return False
    return hmac.compare_digest(found, signature(secret, purpose, content))


def signed_document(secret: bytes, purpose: bytes, document: dict[str, Any]) -> str:
    """A token that holds ``document`` in plain sight, and says who wrote it."""
    content = json.dumps(document).encode()
    return f"{encoded(content)}.{encoded(signature(secret, purpose, content))}"


def document_of(secret: bytes, purpose: bytes, token: str) -> dict[str, Any]:
    """The document of a token; raises ValueError for one that was not signed for this purpose."""
    content, _, signed = token.partition(".")
    document = decoded(content)
    if not is_signed(secret, purpose, document, signed):
        raise ValueError("the token is not signed for this purpose")
    found: dict[str, Any] = json.loads(document)
    return found


def encoded(content: bytes) -> str:
    """Bytes as base64url without padding, fit for a cookie or an address."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of ``encoded``; raises ValueError for any other text."""
    content = text.encode("ascii") + b"=" * (-len(text) % 4)
    return base64.b64decode(content, altchars=b"-_", validate=True)
