"""Tasks of the fit process beside fits: work of several fits on stored models.

A task reads the files of its request and returns a JSON document, which is written to the answer's
path. What it keeps on the way comes back with the request of another attempt. A task is one
function and one entry in ``TASKS``; it imports what it needs when it is called.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.fitworker.protocol import Kept, Looked, Progress, TaskRequest

type Document = dict[str, Any]
type Report = Callable[[Progress | Looked | Kept], None]
type Task = Callable[[TaskRequest, Report, Callable[[], bool]], Document]


def run_task(request: TaskRequest, report: Report, stop: Callable[[], bool]) -> None:
    """Run the task and write its answer; raises the errors of the task."""
    report(Progress("validating", 0.0))
    answer = TASKS[request.task](request, report, stop)
    report(Progress("storing", 0.99))
    content = json.dumps(answer, allow_nan=False)
    Path(request.answer_path).write_text(content, "utf-8")


def trust(request: TaskRequest, report: Report, stop: Callable[[], bool]) -> Document:
    """The trust record of the file ``model``: the parts ``asked["parts"]``, options by name.

    ``asked["record"]``: what was found before.
    """
    from mmm.posterior.fitted import load_model
    from mmm.posterior.trust.record import record_from_json
    from mmm.trust.carry_out import Watched, run_parts
    from mmm.trust.parts import asked_parts

    model = load_model(Path(request.files["model"]))
    record = record_from_json(request.asked["record"])
    asked, costs = asked_parts(model, request.asked["parts"], record)
    watched = Watched(
        report=report,
        stop=stop,
        kept=request.kept,
        keep=lambda key, piece: report(Kept(key=key, piece=piece)),
    )
    return run_parts(model, asked, costs, record, watched).model_dump(mode="json")


TASKS: Mapping[str, Task] = {"trust": trust}
