"""Keys of artefacts: the SHA-256 of their bytes, in hexadecimal digits."""

import re

from mmm.errors import ArtefactError

_KEY = re.compile(r"[0-9a-f]{64}")


def is_key(name: str) -> bool:
    """Whether a file name is an artefact key."""
    return _KEY.fullmatch(name) is not None


def relative_path(key: str) -> str:
    """The path of an artefact below the store's root; raises ArtefactError for another name."""
    if not is_key(key):
        raise ArtefactError(f"{key!r} is not the key of an artefact.")
    return f"{key[:2]}/{key}"
