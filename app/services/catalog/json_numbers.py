"""Numbers that JSON does not know."""

from typing import Any


def without_nan(value: Any) -> Any:
    """Numbers that do not exist (R-hat of one chain) as null, in documents of any depth."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and value - value != 0.0 else value
