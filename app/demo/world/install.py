"""Puts the demo brand into an installation: its table, its model and its second model."""

import logging

from sqlalchemy import select

from app.context import Context
from app.db.models import ModelRow
from app.demo.world.brand import MODEL, NAME, SECOND, artefact_key, brand, packaged
from app.ids import new_id
from app.services.catalog import datasets
from app.services.catalog.datasets import Upload
from app.services.fitting.model_row import model_documents
from mmm.posterior.fitted import load_model
from mmm.spec.rival import rival_of
from mmm.tables.formats import CSV

log = logging.getLogger(__name__)


def install_brand(context: Context) -> str:
    """Add the brand, unless it is there; returns the id of its model."""
    with context.database.read() as session:
        query = select(ModelRow.id).where(ModelRow.artefact_key == artefact_key())
        found = session.scalars(query).first()
    if found is not None:
        return found
    table = brand().frame.to_csv(index=False).encode()
    dataset = datasets.create(context, Upload(table, CSV, NAME))
    key, second_key = (context.store.put(packaged(name)) for name in (MODEL, SECOND))
    model = load_model(context.store.path(key))
    sampling = model.method.sampling.model_dump(mode="json")
    with context.database.write() as session:
        row = ModelRow(
            id=new_id("mdl"),
            name=NAME,
            dataset_id=dataset.id,
            artefact_key=key,
            data_key=dataset.artefact_key,
            spec=model.spec.model_dump(mode="json"),
            sampling=sampling,
            second_key=second_key,
            second={"structure": rival_of(model.spec).structure},
            bytes=len(packaged(MODEL)) + len(packaged(SECOND)),
            **model_documents(model),
        )
        session.add(row)
        session.flush()
        log.info("the demo brand was added", extra={"model_id": row.id})
        return row.id
