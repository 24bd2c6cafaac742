"""Who is asking: the tenant whose things may be seen, and what may be done to them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

DEFAULT_TENANT = "default"
TENANT_PATTERN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")


@dataclass(frozen=True)
class Caller:
    """Who a credential stands for. ``subject`` names it in logs: a key's id, a token's subject."""

    tenant: str
    scopes: frozenset[Scope]
    subject: str


LOCAL = Caller(DEFAULT_TENANT, frozenset(SCOPES), "local")
"""Whoever reaches a service without access control: it listens to its own machine only."""


def granted(scopes: Iterable[str]) -> frozenset[Scope]:
    """Each scope brings those below it: admin may write, and who may write may read."""
    given = set(scopes)
    highest = max((rank for rank, scope in enumerate(SCOPES) if scope in given), default=-1)
    return frozenset(SCOPES[: highest + 1])


def in_order(scopes: frozenset[Scope]) -> list[Scope]:
    """From the least to the most."""
    return [scope for scope in SCOPES if scope in scopes]
