"""The version of the installed package."""

from functools import cache
from importlib.metadata import version

DISTRIBUTION = "prudent-mmm"


@cache
def release() -> str:
    """The installed version."""
    return version(DISTRIBUTION)
