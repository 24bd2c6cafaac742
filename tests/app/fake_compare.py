"""A comparison whose origins are made up: the rival's scores differ as its name says.

A rival with "better" in its name forecasts every window better by as much; others by chance alone.
"""

import json
import shutil
from pathlib import Path

from app.fitworker.protocol import Kept
from mmm.progress import Progress
from mmm.trust.rivals.answer import ComparedModel, ComparedRivals
from mmm.trust.rivals.differences import compared
from tests.app.fake_backtest import origin

ORIGINS = 12


def compare(request, report, model: Path) -> None:
    """Write the answer, and a copy of ``model`` for every rival to be fitted."""
    asked = request.asked
    options, rivals = asked["body"]["backtest"], asked["rivals"]
    names = [*request.files, *(rival["name"] for rival in rivals)]
    report(Progress("testing", 0.5))
    origins = {}
    for name in names:
        origins[name] = [_shifted(n, options["every"], name) for n in range(ORIGINS)]
        key = f"{name}/{origins[name][0].start}"
        report(Kept(key=key, piece=origins[name][0].model_dump(mode="json")))
    files = {rival["name"]: f"rival-{number}.nc" for number, rival in enumerate(rivals)}
    for file in files.values():
        shutil.copy(model, request.folder / file)
    found = ComparedRivals(
        models=tuple(
            ComparedModel(
                name=name, differs="", spec={}, verdict="trusted", implied=0, contradicted=(),
                horizons=(),
            )
            for name in names
        ),
        comparison=compared(origins, options["horizons"], options["every"]),
    )  # fmt: skip
    answer = {"files": files, "found": found.model_dump(mode="json")}
    Path(request.answer_path).write_text(json.dumps(answer), "utf-8")


def _shifted(number: int, every: int, name: str):
    made = origin(number, every)
    luck = 0.3 * (-1) ** number
    more = (2.0 if "better" in name else 0.0) + (luck if name != "the model" else 0.0)
    windows = tuple(
        window.model_copy(update={"log_score": window.log_score + more}) for window in made.windows
    )
    return made.model_copy(update={"windows": windows})
