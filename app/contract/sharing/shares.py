"""Bodies and documents of links to shared plans."""

from datetime import datetime

from pydantic import ConfigDict, Field

from app.contract.base import RequestBody, StoredDocument

USUAL_DAYS, MOST_DAYS = 30, 3650


class ShareBody(RequestBody):
    """For how long a plan is shared."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"days": 30}]})

    days: int = Field(
        default=USUAL_DAYS,
        ge=1,
        le=MOST_DAYS,
        description="How long the link works; PRUDENT_SHARE_DAYS at the most.",
    )


class ShareDocument(StoredDocument):
    """A link that shows one plan, as it was when it was shared, to whoever has the address."""

    id: str
    scenario_id: str
    path: str = Field(
        description="Address of the page, relative to that of the service. It needs no credential."
    )
    created_at: datetime
    created_by: str = Field(description="A key's id, or oidc:… for a token.")
    expires_at: datetime
    opened_at: datetime | None = Field(description="When it was first opened.")
