"""Settings of who may call the service, by which names, and how much one tenant may use of it."""

import ipaddress
import re
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

GIBIBYTE = 1024**3
_HOST_NAME = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:]+")


class AccessSettings(BaseSettings):
    """Access control; off by default, and then the service may listen on loopback only."""

    auth: Literal["none", "keys", "oidc", "keys+oidc"] = Field(
        default="none",
        description="Accepted credentials: API keys, tokens of an identity provider, or both.",
    )
    key_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Secret of API keys, sessions and links, at least 32 characters; default on a "
        "single machine: a file in the data directory.",
    )
    session_hours: float = Field(
        default=12.0,
        gt=0,
        le=24 * 30,
        description="Hours after which somebody who signed in to the workbench has to do so again.",
    )
    public_url: str | None = Field(
        default=None,
        description="Address under which people reach the service, with the path prefix of a proxy "
        "if there is one; needed to sign in with the identity provider.",
    )
    oidc_issuer: str | None = Field(
        default=None, description="Identity provider: the claim iss of its tokens."
    )
    oidc_audience: str | None = Field(
        default=None, description="This service: the claim aud of tokens."
    )
    oidc_jwks_url: str | None = Field(
        default=None,
        description="URL of the provider's public keys; default: from its discovery document.",
    )
    oidc_tenant_claim: str = Field(default="tenant", description="Claim that names the tenant.")
    oidc_scope_claim: str = Field(
        default="scope", description="Claim with the scopes, as a string of words or a list."
    )
    oidc_scope_prefix: str = Field(
        default="prudent:", description="Prefix of read, write and admin in that claim."
    )

    oidc_client_id: str | None = Field(
        default=None,
        description="The workbench as the provider's client; with it, people sign in there.",
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Secret of that client; none for a public client."
    )
    oidc_scopes: str = Field(
        default="openid prudent:read prudent:write",
        description="What the workbench asks the provider for, as words; openid is one of them.",
    )

    tenant_operations: int = Field(
        default=50, ge=1, description="Maximum unfinished operations of a tenant."
    )
    tenant_bytes: int = Field(
        default=50 * GIBIBYTE,
        ge=1,
        description="Maximum bytes of a tenant's datasets and models.",
    )
    tenant_requests_per_second: float = Field(
        default=50.0,
        gt=0,
        description="Sustained request rate of a tenant, over all API processes; only with auth.",
    )
    tenant_burst: int = Field(
        default=200, ge=1, description="Requests that a tenant may send at once after a pause."
    )
    tenant_shares: int = Field(
        default=200, ge=1, description="Maximum links to plans that a tenant shares at a time."
    )
    share_days: int = Field(
        default=90, ge=1, le=3650, description="Longest time that such a link works, in days."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names by which the service may be called, separated by commas. Without auth "
        "loopback names are always allowed and nothing else is; with auth every name is, unless "
        "some are listed.",
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _names(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        return [name.strip() for name in given.split(",")] if given.strip() else []

    @field_validator("allowed_hosts")
    @classmethod
    def _bare_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not _HOST_NAME.fullmatch(name):
                raise ValueError(f"{name!r} is no host name: no scheme, port or * belongs to it")
        return names

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if "oidc" in self.auth and not (self.oidc_issuer and self.oidc_audience):
            raise ValueError(
                f"PRUDENT_AUTH={self.auth} needs PRUDENT_OIDC_ISSUER and PRUDENT_OIDC_AUDIENCE"
            )
        for url in filter(None, (self.oidc_issuer, self.oidc_jwks_url)):
            if not is_safe_url(url):
                raise ValueError(f"{url!r}: the provider's URL must use https")
        return self

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        if self.public_url is not None:
            parts = urlsplit(self.public_url)
            if not is_safe_url(self.public_url) or parts.query or parts.fragment:
                raise ValueError(
                    f"PRUDENT_PUBLIC_URL={self.public_url}: an address with https, without query"
                )
        if self.oidc_client_id is None:
            return self
        if "oidc" not in self.auth or self.public_url is None:
            raise ValueError(
                "PRUDENT_OIDC_CLIENT_ID needs PRUDENT_AUTH with oidc, and PRUDENT_PUBLIC_URL"
            )
        if "openid" not in self.oidc_scopes.split():
            raise ValueError("PRUDENT_OIDC_SCOPES must have the word openid")
        return self


def is_safe_url(url: str) -> bool:
    """Whether what is sent there is encrypted, or stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address means this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
