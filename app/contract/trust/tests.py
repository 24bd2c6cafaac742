"""The body of a call that tests a model."""

from typing import Annotated, Any

from pydantic import Field

from app.contract.base import RequestBody

MOST_OPTIONS = 20
Key = Annotated[str, Field(max_length=100)]
"""A part, or one of its options; or a field of a specification."""


class TrustBody(RequestBody):
    """Which parts to run, with the options of each."""

    parts: dict[Key, Annotated[dict[Key, Any], Field(max_length=MOST_OPTIONS)]] | None = Field(
        default=None,
        max_length=20,
        description='Options by part, such as `{"backtest": {"origins": 12}}`; an empty object '
        "takes a part's defaults. Where no part is named, those run that cost at most fifteen fits "
        "each.",
    )
