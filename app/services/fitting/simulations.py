"""Simulations: data sets from the prior of a specification, as an operation."""

import asyncio
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.orm import Session

from app.context import Context
from app.db.models import DatasetRow, Document, OperationRow
from app.ids import new_id
from app.jobs.operations import Call
from app.jobs.runner import Job, WriteResult
from app.services.catalog.json_numbers import without_nan
from app.services.fitting.sizes import require_cells
from app.services.fitting.submission import Data, admitted, checked
from app.store.port import ArtefactStore
from mmm.data.panel import build_panel
from mmm.data.profile import profile_table
from mmm.data.tables import CSV, read_table
from mmm.errors import ArtefactError
from mmm.progress import Progress
from mmm.simulate.prior_predictive import Simulation, simulate, simulated_table
from mmm.spec.model import ModelSpec, parse_spec

KIND = "simulate"


@dataclass(frozen=True)
class SimulationOrder:
    """``draws`` data sets are summarised; the first ``datasets`` of them are stored."""

    spec: ModelSpec
    data: Data
    draws: int
    datasets: int
    seed: int


def submit(context: Context, order: SimulationOrder, call: Call) -> OperationRow:
    """Check the order as a fit's is checked, and queue it."""
    found = checked(context, order.spec, order.data)
    require_cells(context.settings, order.spec, found.panel, order.draws, "/draws")
    request = {
        "spec": order.spec.model_dump(mode="json"),
        "media_type": found.media_type,
        "draws": order.draws,
        "datasets": order.datasets,
        "seed": order.seed,
    }
    more = order.datasets * len(found.content)
    return context.operations.submit(
        KIND,
        request,
        call,
        prepare=lambda session: admitted(session, context, found, more),
    )


@dataclass(frozen=True)
class SimulationJob:
    """Handler of operations of kind ``simulate``."""

    store: ArtefactStore

    async def __call__(self, job: Job) -> WriteResult:
        """Draw in a thread; what a cancelled job still draws is dropped."""
        return await asyncio.to_thread(self._simulate, job)

    def _simulate(self, job: Job) -> WriteResult:
        asked = job.request
        spec, table = parse_spec(asked["spec"]), self._table(job)
        panel = build_panel(table, spec)
        job.report(Progress("sampling", 0.1))
        found = simulate(spec, panel, asked["draws"], asked["seed"])
        job.report(Progress("storing", 0.8))
        tables = [
            simulated_table(table, spec, panel, found, draw)
            for draw in range(min(asked["datasets"], len(found.kpi)))
        ]
        contents = [frame.to_csv(index=False).encode() for frame in tables]
        rows = [self._dataset(job, number, text) for number, text in enumerate(contents, 1)]
        return lambda session: _write(session, found, rows)

    def _table(self, job: Job) -> pd.DataFrame:
        if job.input_key is None:
            raise ArtefactError("The operation names no data.")
        content = self.store.path(job.input_key).read_bytes()
        return read_table(content, job.request["media_type"])

    def _dataset(self, job: Job, number: int, content: bytes) -> DatasetRow:
        return DatasetRow(
            id=new_id("ds"),
            name=f"simulated {number}, {job.id}",
            media_type=CSV,
            artefact_key=self.store.put(content),
            bytes=len(content),
            profile=profile_table(read_table(content, CSV)).model_dump(mode="json"),
        )


def _write(session: Session, found: Simulation, rows: list[DatasetRow]) -> Document:
    session.add_all(rows)
    summary = without_nan(found.summary.model_dump(mode="json"))
    return {"summary": summary, "dataset_ids": [row.id for row in rows]}
