"""Simulations: datasets from the prior predictive distribution, as an operation."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.context import Context
from app.db.models import DatasetRow, Document, OperationRow
from app.ids import new_id
from app.jobs.job import Job, WriteResult
from app.jobs.operations import Call
from app.services.catalog.finite import finite_document
from app.services.fitting.sizes import require_cells
from app.services.fitting.submission import RequestData, check_data, store_data
from app.store.port import ArtefactStore
from mmm.data.panel import build_panel
from mmm.data.profile import profile_table
from mmm.errors import ArtefactError
from mmm.progress import Progress
from mmm.simulate.prior_predictive import Simulation, simulate, simulated_table
from mmm.spec.model import ModelSpec, parse_spec
from mmm.tables.formats import CSV
from mmm.tables.read import Table, parse_recipe, read_table
from mmm.tables.recipe import written_recipe

KIND = "simulate"


@dataclass(frozen=True)
class SimulationSubmission:
    """A requested simulation: ``draws`` datasets are summarized, ``datasets`` of them stored."""

    spec: ModelSpec
    data: RequestData
    draws: int
    datasets: int
    seed: int


def submit(context: Context, submission: SimulationSubmission, call: Call) -> OperationRow:
    """Check the submission like that of a fit, and queue it."""
    data = check_data(context, submission.spec, submission.data)
    require_cells(context.settings, submission.spec, data.panel, submission.draws, "/draws")
    request = {
        "spec": submission.spec.model_dump(mode="json"),
        "media_type": data.table.sent.media_type,
        "read": data.panel.recipe.model_dump(mode="json", exclude_defaults=True),
        "draws": submission.draws,
        "datasets": submission.datasets,
        "seed": submission.seed,
    }
    result_bytes = submission.datasets * data.table.sent.length
    prepare = store_data(context, data, result_bytes)
    return context.operations.submit(KIND, request, call, prepare)


@dataclass(frozen=True)
class SimulationJob:
    """Handler of operations of kind ``simulate``."""

    store: ArtefactStore

    async def __call__(self, job: Job) -> WriteResult:
        """Simulate in a thread; the result of a cancelled job is dropped."""
        return await asyncio.to_thread(self._simulate, job)

    def _simulate(self, job: Job) -> WriteResult:
        request = job.request
        spec, table = parse_spec(request["spec"]), self._table(job)
        panel = build_panel(table.frame, spec)
        job.report(Progress("sampling", 0.1))
        simulation = simulate(spec, panel, request["draws"], request["seed"])
        job.report(Progress("storing", 0.8))
        tables = [
            simulated_table(table.frame, spec, panel, simulation, draw)
            for draw in range(min(request["datasets"], len(simulation.kpi)))
        ]
        contents = [frame.to_csv(index=False).encode() for frame in tables]
        rows = [self._dataset(job, number, text) for number, text in enumerate(contents, 1)]
        return lambda session: _write(session, simulation, rows)

    def _table(self, job: Job) -> Table:
        if job.input_key is None:
            raise ArtefactError("The operation has no input data.")
        content = self.store.path(job.input_key).read_bytes()
        return read_table(
            content, job.request["media_type"], parse_recipe(job.request.get("read", {}))
        )

    def _dataset(self, job: Job, number: int, content: bytes) -> DatasetRow:
        written = read_table(content, CSV, written_recipe())
        return DatasetRow(
            id=new_id("ds"),
            name=f"simulated {number}, {job.id}",
            media_type=CSV,
            artefact_key=self.store.put(content),
            bytes=len(content),
            profile=profile_table(written.frame).model_dump(mode="json"),
            read=written.recipe.model_dump(mode="json", exclude_defaults=True),
        )


def _write(session: Session, simulation: Simulation, rows: list[DatasetRow]) -> Document:
    session.add_all(rows)
    summary = finite_document(simulation.summary)
    return {"summary": summary, "dataset_ids": [row.id for row in rows]}
