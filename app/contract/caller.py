"""The caller of a request: its tenant and its scopes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

DEFAULT_TENANT = "default"
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Caller:
    """The owner of a credential; ``subject`` is the key's id or the token's subject, for logs."""

    tenant: str
    scopes: frozenset[Scope]
    subject: str


LOCAL = Caller(DEFAULT_TENANT, frozenset(SCOPES), "local")
"""The caller of a service without access control, which listens on loopback only."""


def is_tenant(name: str) -> bool:
    """Whether ``name`` can be a tenant's: 1 to 100 letters, digits and ``. _ -``."""
    return _TENANT.fullmatch(name) is not None


def granted(scopes: Iterable[str]) -> frozenset[Scope]:
    """The given scopes and those they include: admin includes write, write includes read."""
    given = set(scopes)
    highest = max((rank for rank, scope in enumerate(SCOPES) if scope in given), default=-1)
    return frozenset(SCOPES[: highest + 1])


def in_order(scopes: frozenset[Scope]) -> list[Scope]:
    """Scopes from the lowest to the highest."""
    return [scope for scope in SCOPES if scope in scopes]
