"""One task for a job, in a process of the pool: its pieces are kept, its answer is read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.db.models import Document
from app.fitworker.protocol import Kept, Looked, TaskRequest
from app.jobs.job import Job, WriteResult
from app.services.fitting.process_run import Errand, ProcessRun, labels_of, log_level
from app.store.port import ArtefactStore

ANSWER_FILE = "answer.json"


@dataclass(frozen=True)
class TaskRun:
    """Runs a job's task (``app/fitworker/tasks.py``)."""

    run: ProcessRun

    @property
    def store(self) -> ArtefactStore:
        """Where the files are that a task reads."""
        return self.run.store

    async def __call__(
        self,
        job: Job,
        task: str,
        asked: Document,
        keys: Mapping[str, str],
        finish: Callable[[Document, Path], WriteResult],
    ) -> WriteResult:
        """Run ``task`` with what is ``asked`` of it, then ``finish`` with its answer and the folder
        of the files that it left.

        ``keys``: of the stored files that it reads, by name. Every piece that it keeps is stored
        with the operation at once, and given to the next attempt.
        """

        def request(folder: Path) -> TaskRequest:
            return TaskRequest(
                task=task,
                asked=asked,
                files={name: str(self.store.path(key)) for name, key in keys.items()},
                kept=dict(job.kept),
                answer_path=str(folder / ANSWER_FILE),
                log_level=log_level(),
                labels=labels_of(job),
            )

        def told(event: Looked | Kept, _: Path) -> None:
            if isinstance(event, Kept):
                job.patience.insist(lambda: job.keep(event.key, event.piece))

        def answered(folder: Path) -> WriteResult:
            return finish(json.loads((folder / ANSWER_FILE).read_text("utf-8")), folder)

        return await self.run(job, Errand(request, answered, told))
