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


def compare(request: TaskRequest, report: Report, stop: Callable[[], bool]) -> Document:
    """The comparison of rival models: those of ``asked["rivals"]`` are fitted here, and written
    beside the answer; those that are fitted already are among the files.

    ``found`` is null where it was stopped before every model had been backtested.
    """
    from mmm.posterior.fitted import load_model, save_model
    from mmm.spec.sampling import SamplingSpec
    from mmm.trust.rivals.ask import read_rivals
    from mmm.trust.rivals.compare import Question, Told, compare, fit_rivals

    asked, files = request.asked, request.files
    fitted = {name: load_model(Path(file)) for name, file in files.items()}
    first = next(iter(fitted.values()))
    rivals = read_rivals(first, asked["rivals"], fitted)
    to_fit = [rival for rival in rivals if rival.name not in fitted]

    def told(begin: float, end: float) -> Told:
        return Told(
            report=lambda share: report(Progress("testing", begin + (end - begin) * share)),
            stop=stop,
            kept=request.kept,
            keep=lambda key, piece: report(Kept(key=key, piece=piece)),
        )

    made = fit_rivals(first, to_fit, SamplingSpec.model_validate(asked["sampling"]), told(0.0, 0.2))
    names = {name: f"rival-{number}.nc" for number, name in enumerate(made)}
    for name, model in made.items():
        save_model(model, request.folder / names[name])
    question = Question.of(asked["body"])
    models, differ = fitted | made, {rival.name: rival for rival in rivals}
    whole = len(made) == len(to_fit)
    found = compare(models, differ, question, told(0.2, 1.0)) if whole else None
    return {"files": names, "found": None if found is None else found.model_dump(mode="json")}


TASKS: Mapping[str, Task] = {"trust": trust, "compare": compare}
