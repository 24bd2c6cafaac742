"""Artefacts in an object store (S3 and compatible), read through copies on the local disk.

An object appears whole or not at all, which such stores guarantee for a PUT. Its bytes are verified
on arrival, and again when a local copy is first opened; a damaged copy is fetched again, a damaged
object is an error. While the store is away, one call at a time waits for it (``Outage``).
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
from app.runtime.outages import Outage
from app.store.copies import LocalCopies
from app.store.failures import missing
from app.store.keys import is_key, relative_path
from mmm.errors import ArtefactError

log = logging.getLogger(__name__)

PROBE = "probe"


class RemoteStore:
    """Artefact store in a bucket: ``<2 digits of the key>/<key>`` below its prefix."""

    def __init__(self, remote: ObjectStore, copies: LocalCopies) -> None:
        self._remote = remote
        self._copies = copies
        self._outage = Outage(StoreUnavailable, StoreUnavailable)

    def put(self, content: bytes | Path) -> str:
        """Store the bytes and a local copy, and return their key."""
        key = self._copies.put(content)
        try:
            with self._outage.watched(), self._errors():
                obstore.put(self._remote, relative_path(key), self._copies.path(key))
        except StoreUnavailable:
            self._copies.delete(key)
            raise
        return key

    def path(self, key: str) -> Path:
        """The local copy, fetched if there is none; raises ArtefactError, StoreUnavailable."""
        with suppress(ArtefactError):
            path = self._copies.path(key)
            ARTEFACT_CACHE.labels("hit").inc()
            return path
        ARTEFACT_CACHE.labels("miss").inc()
        self._fetch(key)
        return self._copies.path(key)

    def delete(self, key: str, put_before: datetime | None = None) -> bool:
        """Delete object and copy unless the object was put since ``put_before``; False if not."""
        path = relative_path(key)
        with self._outage.watched(), self._errors():
            try:
                metadata = obstore.head(self._remote, path)
            except FileNotFoundError:
                return False
            if put_before is not None and metadata["last_modified"] >= put_before:
                return False
            obstore.delete(self._remote, path)
        self._copies.delete(key)
        return True

    def keys(self, put_before: datetime | None = None) -> Iterator[str]:
        """Keys of the stored objects, or of those put before a time and not since."""
        with self._errors():
            for page in obstore.list(self._remote):
                for item in page:
                    name = item["path"].rpartition("/")[2]
                    if is_key(name) and (put_before is None or item["last_modified"] < put_before):
                        yield name

    def remove_leftovers(self, before: datetime) -> None:
        """Delete files that unfinished fetches left among the local copies before a time."""
        self._copies.remove_leftovers(before)

    def check_writable(self) -> None:
        """Raise StoreUnavailable if an object cannot be written now; writes one probe object."""
        with self._outage.watched(), self._errors():
            obstore.put(self._remote, PROBE, b"prudent")

    def _fetch(self, key: str) -> None:
        with self._outage.watched(), self._errors():
            try:
                response = obstore.get(self._remote, relative_path(key))
            except FileNotFoundError as error:
                raise missing(key) from error
            self._copies.put_verified(key, map(bytes, response.stream()))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Raise the library's errors as StoreUnavailable (FileNotFoundError: no such bucket)."""
        try:
            yield
        except (BaseError, FileNotFoundError) as error:
            log.error("object store: %s", error)
            raise StoreUnavailable(
                f"The object store {self._remote} cannot be used: {_first_line(error)}. "
                "Check that it is running, that the bucket exists, and AWS_ENDPOINT_URL, "
                "AWS_REGION and the credentials."
            ) from error


def _first_line(error: Exception) -> str:
    """The first line of the library's message, without the dump of its internal structures."""
    return str(error).partition("\n")[0].rstrip(". ")
