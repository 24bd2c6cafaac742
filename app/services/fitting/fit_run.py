"""One fit for a job, in a process of the pool: its file is stored, its model loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.fitworker.protocol import FitRequest, Kept, Looked
from app.jobs.job import Job, WriteResult
from app.services.fitting.first_looks import FirstLook
from app.services.fitting.model_row import StoredFit
from app.services.fitting.process_run import Errand, ProcessRun, labels_of, log_level
from app.store.port import ArtefactStore
from mmm.errors import ArtefactError
from mmm.posterior.fitted import load_model
from mmm.progress import Progress

LOOK_FILE, MODEL_FILE = "first-look.nc", "model.nc"


@dataclass(frozen=True)
class FitRun:
    """Runs a job's fit, and stores the file."""

    run: ProcessRun

    @property
    def store(self) -> ArtefactStore:
        """Where the files of models are kept."""
        return self.run.store

    async def __call__(
        self,
        job: Job,
        finish: Callable[[StoredFit], WriteResult],
        look: FirstLook | None = None,
    ) -> WriteResult:
        """Fit, then ``finish``; the process is killed at once when this call is cancelled.

        ``look`` keeps a first look; None where none is wanted.
        """

        def request(folder: Path) -> FitRequest:
            asked = self._request(job, folder)
            if look is None or not look.wanted:
                return asked
            return asked.model_copy(update={"look_path": str(folder / LOOK_FILE)})

        def told(event: Looked | Kept, folder: Path) -> None:
            if look is not None and isinstance(event, Looked):
                look.keep(event, folder / LOOK_FILE)

        def stored(folder: Path) -> WriteResult:
            file = folder / MODEL_FILE
            model, size = load_model(file), file.stat().st_size
            job.report(Progress("storing", 0.99))  # raises if this attempt was superseded
            key = job.patience.insist(lambda: self.store.put(file))
            return finish(StoredFit(model, key, size))

        return await self.run(job, Errand(request, stored, told))

    def base_path(self, job: Job) -> Path | None:
        """The file of the model that a refit continues; None for a first fit."""
        if "base" not in job.request:
            return None
        if job.base_key is None:
            raise ArtefactError("The operation has no file of the model to continue.")
        return self.store.path(job.base_key)

    def _request(self, job: Job, folder: Path) -> FitRequest:
        if job.input_key is None:
            raise ArtefactError("The operation has no input data.")
        base = self.base_path(job)
        return FitRequest(
            spec=job.request["spec"],
            sampling=job.request["sampling"],
            table_path=str(self.store.path(job.input_key)),
            media_type=job.request["media_type"],
            read=job.request.get("read", {}),
            model_path=str(folder / MODEL_FILE),
            log_level=log_level(),
            labels=labels_of(job),
            base_path=None if base is None else str(base),
        )
