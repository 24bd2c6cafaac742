"""Which form of an answer an ``Accept`` header prefers: JSON, CSV or a workbook."""

from app.tables.answers import TABLE_TYPES
from mmm.tables.formats import JSON


def preferred_type(accept: str) -> tuple[str | None, bool]:
    """The media type of tables that an Accept header prefers to JSON, None where it prefers none;
    and whether it refuses JSON. Of equal weights, the first wins."""
    weights: dict[str, float] = {}
    for position, part in enumerate(accept.split(",")):
        kind, *parameters = (item.strip().lower() for item in part.split(";"))
        weights.setdefault(kind, _quality(parameters) - 1e-6 * position)
    best = max(TABLE_TYPES, key=lambda kind: weights.get(kind, 0.0))
    if weights.get(best, 0.0) <= max(weights.get(JSON, 0.0), 0.0):
        return None, False
    takes_json = max(weights.get(name, 0.0) for name in (JSON, "application/*", "*/*")) > 0.0
    return best, not takes_json


def _quality(parameters: list[str]) -> float:
    given = next((item[2:] for item in parameters if item.startswith("q=")), "1")
    try:
        return float(given)
    except ValueError:
        return 0.0
