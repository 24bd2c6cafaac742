"""Conversion of NaN and infinity, which JSON cannot represent."""

from typing import Any


def without_nan(value: Any) -> Any:
    """Replace NaN and infinity (R-hat of one chain) by null, in documents of any depth."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and value - value != 0.0 else value
