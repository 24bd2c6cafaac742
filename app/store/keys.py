"""Names of artefacts: the SHA-256 of their bytes, in hexadecimal digits."""

import re

from mmm.errors import ArtefactError

_KEY = re.compile(r"[0-9a-f]{64}")


def is_key(name: str) -> bool:
    """Whether a file's name is that of an artefact."""
    return _KEY.fullmatch(name) is not None


def place_of(key: str) -> str:
    """Where the bytes lie below a store's root; raises ArtefactError for what is no key."""
    if not is_key(key):
        raise ArtefactError(f"{key!r} is not the name of an artefact.")
    return f"{key[:2]}/{key}"
