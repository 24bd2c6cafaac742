"""The body of a call that tests a model."""

from typing import Any

from pydantic import Field

from app.contract.base import Name, RequestBody


class TrustBody(RequestBody):
    """Which parts to run, with the options of each."""

    parts: dict[Name, dict[str, Any]] | None = Field(
        default=None,
        max_length=20,
        description='Options by part, such as `{"backtest": {"origins": 12}}`; an empty object '
        "takes a part's defaults. Where no part is named, those run that cost at most fifteen fits "
        "each.",
    )
