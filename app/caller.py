"""Who is asking: the tenant whose things may be seen, and what may be done to them."""

from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

DEFAULT_TENANT = "default"


@dataclass(frozen=True)
class Caller:
    """Who a credential stands for. ``subject`` names it in logs: a key's id, a token's subject."""

    tenant: str
    scopes: frozenset[Scope]
    subject: str


LOCAL = Caller(DEFAULT_TENANT, frozenset(SCOPES), "local")
"""Whoever reaches a service without access control: it listens to its own machine only."""
