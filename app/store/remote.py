"""Artefacts in an object store (S3 and what speaks like it), read through copies on the local disk.

An object appears whole or not at all, which is what such stores promise of a PUT. Its bytes are
verified while they arrive, and again when a local copy is first opened; a damaged copy is fetched
anew, a damaged object is an error.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from app.errors import StoreUnavailable
from app.runtime.metrics import ARTEFACT_CACHE
from app.store.copies import LocalCopies
from app.store.failures import missing
from app.store.keys import is_key, place_of
from mmm.errors import ArtefactError

log = logging.getLogger(__name__)

PROBE = "probe"


class RemoteStore:
    """Artefact store in a bucket: ``<2 digits of the key>/<key>`` below its prefix."""

    def __init__(self, remote: ObjectStore, copies: LocalCopies) -> None:
        self._remote = remote
        self._copies = copies

    def put(self, content: bytes | Path) -> str:
        """Store the bytes, a copy included, and return their key."""
        key = self._copies.put(content)
        try:
            with self._errors():
                obstore.put(self._remote, place_of(key), self._copies.path(key))
        except StoreUnavailable:
            self._copies.delete(key)
            raise
        return key

    def path(self, key: str) -> Path:
        """The local copy, fetched if there is none; raises ArtefactError, StoreUnavailable."""
        with suppress(ArtefactError):
            found = self._copies.path(key)
            ARTEFACT_CACHE.labels("hit").inc()
            return found
        ARTEFACT_CACHE.labels("miss").inc()
        self._fetch(key)
        return self._copies.path(key)

    def delete(self, key: str, put_before: datetime | None = None) -> bool:
        """Remove object and copy, unless the object was put again since."""
        place = place_of(key)
        with self._errors():
            try:
                found = obstore.head(self._remote, place)
            except FileNotFoundError:
                return False
            if put_before is not None and found["last_modified"] >= put_before:
                return False
            obstore.delete(self._remote, place)
        self._copies.delete(key)
        return True

    def keys(self, put_before: datetime | None = None) -> Iterator[str]:
        """Keys of the objects that are there."""
        with self._errors():
            for page in obstore.list(self._remote):
                for found in page:
                    name = found["path"].rpartition("/")[2]
                    if is_key(name) and (put_before is None or found["last_modified"] < put_before):
                        yield name

    def remove_leftovers(self, before: datetime) -> None:
        """Delete what fetches that never ended left among the copies."""
        self._copies.remove_leftovers(before)

    def check_writable(self) -> None:
        """Raise StoreUnavailable if no object can be written now (one, always the same)."""
        with self._errors():
            obstore.put(self._remote, PROBE, b"prudent")

    def _fetch(self, key: str) -> None:
        with self._errors():
            try:
                found = obstore.get(self._remote, place_of(key))
            except FileNotFoundError as error:
                raise missing(key) from error
            self._copies.admit(key, map(bytes, found.stream()))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """What the library raises as StoreUnavailable (a missing bucket is a FileNotFoundError)."""
        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            log.error("object store: %s", error)
            raise StoreUnavailable(
                f"The object store {self._remote} cannot be used: {_first_line(error)}. "
                "Check that it runs, that the bucket exists, and AWS_ENDPOINT_URL, AWS_REGION and "
                "the credentials."
            ) from error


def _first_line(error: Exception) -> str:
    """What the library says, without its dump of its own structures."""
    return str(error).partition("\n")[0].rstrip(". ")
