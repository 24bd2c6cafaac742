"""How limits are called in words."""

from optimizer.problem.limits import CellBounds


def place(bounds: CellBounds) -> str:
    """For example: tv in north in the week of 2024-07-01."""
    parts = [bounds.channel or "all channels"]
    if bounds.geo is not None:
        parts.append(f"in {bounds.geo}")
    if bounds.week is not None:
        parts.append(f"in the week of {bounds.week}")
    return " ".join(parts)
