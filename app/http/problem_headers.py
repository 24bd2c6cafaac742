"""Headers that belong to an error's answer, beside its problem document."""

import math
import re
from collections.abc import Callable, Mapping

from app import errors as own

REALM = 'Bearer realm="prudent"'
_UNQUOTABLE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


def _challenge(error: own.Unauthenticated) -> dict[str, str]:
    """RFC 6750: what to send, and what is wrong with what was sent."""
    if error.detail is None:
        return {"WWW-Authenticate": REALM}
    told = _UNQUOTABLE.sub(" ", error.detail)
    challenge = f'{REALM}, error="invalid_token", error_description="{told}"'
    return {"WWW-Authenticate": challenge}


def _missing_scope(error: own.MissingScope) -> dict[str, str]:
    challenge = f'{REALM}, error="insufficient_scope", scope="{error.scope}"'
    return {"WWW-Authenticate": challenge}


def _soon(_: own.KeyInUse) -> dict[str, str]:
    return {"Retry-After": "1"}


def _retry_after(
    error: own.TooManyRequests | own.Overloaded | own.ProviderUnavailable,
) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(error.retry_after)))}


_HEADERS: Mapping[type[Exception], Callable[..., dict[str, str]]] = {
    own.Unauthenticated: _challenge,
    own.MissingScope: _missing_scope,
    own.KeyInUse: _soon,
    own.TooManyRequests: _retry_after,
    own.Overloaded: _retry_after,
    own.ProviderUnavailable: _retry_after,
}


def headers_of(error: Exception) -> dict[str, str]:
    """The headers of this error's answer; none for most."""
    make = _HEADERS.get(type(error))
    return make(error) if make else {}
