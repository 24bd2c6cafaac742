"""The first look of a fit: a model beside the running operation, until the fit replaces it.

Its row is written in one transaction with the operation's ``first_look``, and deleted in the one
that ends the operation, however that ends (``app.db.operations``). A later attempt finds the look
of an earlier one and makes no other.
"""

import logging
from pathlib import Path

from sqlalchemy.orm import Session

from app.db.models import Document
from app.errors import StoreError
from app.fitworker.protocol import Looked
from app.ids import derived_id
from app.jobs.job import Job
from app.services.catalog.finite import without_nan
from app.services.fitting.model_row import StoredFit, model_row, stored_fit
from app.store.port import ArtefactStore
from mmm.errors import ArtefactError
from mmm.posterior.fitted import FittedModel, load_model
from mmm.refit.first_look import first_look_change

log = logging.getLogger(__name__)

PREFIX = "look"


class FirstLook:
    """The first look of one job: kept when it is made, compared with the fit at the end."""

    def __init__(self, job: Job, store: ArtefactStore) -> None:
        self._job = job
        self._store = store
        self._shown = job.first_look

    @property
    def wanted(self) -> bool:
        """Whether no attempt of the job has made one yet, or said why there is none."""
        return self._shown is None

    def keep(self, looked: Looked, file: Path) -> None:
        """Store the model in ``file`` beside the operation, or the note why there is none.

        A store or database that is away costs the look, not the fit. Raises Superseded.
        """
        try:
            look = None if looked.note is not None else stored_fit(self._store, file)
            self._job.show(lambda session: self._write(session, look, looked.note))
        except StoreError as error:
            log.warning("a first look could not be stored: %s", error)

    def change(self, fit: FittedModel) -> Document | None:
        """What the fit changed; None where there was no look, or its file is gone."""
        key = (self._shown or {}).get("key")
        if key is None:
            return None
        try:
            look = load_model(self._store.path(key))
        except (ArtefactError, StoreError) as error:
            log.warning("a first look cannot be compared: %s", error)
            return None
        document: Document = without_nan(first_look_change(look, fit).model_dump(mode="json"))
        return document

    def _write(self, session: Session, look: StoredFit | None, note: str | None) -> Document:
        if look is None:
            self._shown = {"note": note}
            return self._shown
        row = model_row(session, self._job, look, derived_id(PREFIX, self._job.id))
        row.first_look_of = self._job.id
        session.add(row)
        self._shown = {"model_id": row.id, "key": look.key}
        return self._shown
