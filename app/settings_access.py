"""Settings of who may use the service, and of how much of it one tenant may use."""

import ipaddress
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

GIBIBYTE = 1024**3


class AccessSettings(BaseSettings):
    """Access control is off by default, and then the service listens to its own machine only."""

    auth: Literal["none", "keys", "oidc", "keys+oidc"] = Field(
        default="none",
        description="Credentials that are asked for: API keys, tokens of an identity provider.",
    )
    key_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="API keys are stored under it; default on one machine: a file in data_dir.",
    )
    oidc_issuer: str | None = Field(default=None, description="The provider: claim iss of tokens.")
    oidc_audience: str | None = Field(default=None, description="This service: claim aud.")
    oidc_jwks_url: str | None = Field(
        default=None, description="The provider's keys; default: as its discovery document says."
    )
    oidc_tenant_claim: str = Field(default="tenant", description="Claim that names the tenant.")
    oidc_scope_claim: str = Field(default="scope", description="Claim with scopes: words, a list.")
    oidc_scope_prefix: str = Field(
        default="prudent:", description="Before read, write and admin in that claim."
    )

    tenant_operations: int = Field(
        default=50, ge=1, description="Fits and other operations of a tenant not ended yet."
    )
    tenant_bytes: int = Field(
        default=50 * GIBIBYTE, ge=1, description="Data sets and models that a tenant may keep."
    )
    tenant_requests_per_second: float = Field(
        default=50.0,
        gt=0,
        description="Of a tenant, lasting, at all API processes together; with auth only.",
    )
    tenant_burst: int = Field(
        default=200, ge=1, description="Requests of a tenant at once, after a pause."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if "oidc" in self.auth and not (self.oidc_issuer and self.oidc_audience):
            raise ValueError(
                f"PRUDENT_AUTH={self.auth} needs PRUDENT_OIDC_ISSUER and PRUDENT_OIDC_AUDIENCE"
            )
        for url in filter(None, (self.oidc_issuer, self.oidc_jwks_url)):
            if not _is_safe(url):
                raise ValueError(f"{url!r}: the provider is reached by https, not otherwise")
        return self


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
