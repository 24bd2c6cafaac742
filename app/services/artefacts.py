"""Removing artefacts that no row names any more."""

import logging

from sqlalchemy.orm import Session

from app.db.artefact_keys import is_referenced
from app.db.database import Database
from app.store.port import ArtefactStore

log = logging.getLogger(__name__)


def discard(session: Session, store: ArtefactStore, *keys: str) -> None:
    """Delete the artefacts of rows that ``session`` has just removed, unless others name them."""
    session.flush()
    for key in set(keys):
        if not is_referenced(session, key):
            store.delete(key)


def sweep(database: Database, store: ArtefactStore) -> None:
    """Delete what a crash left between storing a file and writing its row.

    Only safe while nothing else works on the store, as at the start of the service.
    """
    with database.write() as session:
        for key in list(store.keys()):
            if not is_referenced(session, key):
                log.info("removing an artefact without an owner", extra={"key": key})
                store.delete(key)
