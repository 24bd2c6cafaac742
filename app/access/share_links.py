"""Links to shared plans: the id of a share and a signature that nobody else can make.

    token = share id . base64url(HMAC-SHA256([share id, tenant, scenario, end]))

What is signed is read from the share's row, so a token holds nothing of the tenant, and is worth
nothing once the row is gone, or says anything else than when the link was made.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from app.access.signing import encoded, is_signed, signature

FOLDER = "shared"
"""Where the pages of shared plans lie, beside the workbench."""

_PURPOSE = b"prudent share 1"


@dataclass(frozen=True)
class Share:
    """What a link is bound to."""

    id: str
    tenant: str
    scenario_id: str
    expires_at: datetime

    @property
    def content(self) -> bytes:
        """What is signed."""
        bound = [self.id, self.tenant, self.scenario_id, self.expires_at.isoformat()]
        return json.dumps(bound).encode()


def path_of(share: Share, secret: bytes) -> str:
    """The address of the shared page, relative to that of the service."""
    return f"{FOLDER}/{share.id}.{encoded(signature(secret, _PURPOSE, share.content))}"


def share_id_of(token: str) -> str:
    """The id that a token names, which says nothing yet."""
    return token.partition(".")[0]


def is_link_to(token: str, share: Share, secret: bytes) -> bool:
    """Whether the token is the share's own."""
    share_id, _, signed = token.partition(".")
    return share_id == share.id and is_signed(secret, _PURPOSE, share.content, signed)
