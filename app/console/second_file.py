"""The second model of a model file: fitted by ``prudent fit --second-model``, kept beside it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.console.options import note

if TYPE_CHECKING:
    from app.services.planning.second_opinion import SecondModel
    from mmm.posterior.fitted import FittedModel
    from mmm.progress import ProgressCallback

HOW = "prudent fit --second-model fits it"


def second_file(model: Path) -> Path:
    """The file of the second model of the model file: ``model.nc`` has ``model.second.nc``."""
    return model.with_name(f"{model.stem}.second{model.suffix}")


def fit_second(
    model: "FittedModel", path: Path, progress: "ProgressCallback", stop: Callable[[], bool]
) -> None:
    """Fit the rival of ``model`` and write it beside ``path``; one whose chains do not agree, or
    whose fit was stopped, is not written, and an earlier file is removed."""
    from mmm.data.design import design_of
    from mmm.inference.fit import fit
    from mmm.posterior.fitted import save_model
    from mmm.spec.rival import rival_of

    rival = rival_of(model.spec)
    second = fit(design_of(rival.spec, model.panel), model.method.sampling, progress, stop=stop)
    reason = "it was stopped early" if second.incomplete else second.verdict.chain_failure
    if reason is not None:
        second_file(path).unlink(missing_ok=True)
        note(f"no second model ({rival.structure}): {reason}")
        return
    save_model(second, second_file(path))
    note(f"wrote {second_file(path)}, the second model: {rival.structure}")


def second_beside(path: Path, model: "FittedModel") -> "SecondModel":
    """The second model of the model file ``path``, where the file beside it belongs to it."""
    from app.contract.documents import SecondModelDocument
    from app.services.planning.second_opinion import SecondModel
    from mmm.posterior.fitted import load_model
    from mmm.spec.rival import rival_of

    rival, file = rival_of(model.spec), second_file(path)
    second, reason = (
        (load_model(file), None) if file.exists() else (None, f"none was fitted; {HOW}")
    )
    if second is not None and (second.spec != rival.spec or not _same_data(model, second)):
        second = None
        reason = f"{file.name} belongs to another specification or to other data; {HOW}"
    document = SecondModelDocument(
        status="skipped" if second is None else "ready",
        structure=rival.structure,
        reason=reason,
        operation_id=None,
    )
    return SecondModel(document, second)


def _same_data(model: "FittedModel", second: "FittedModel") -> bool:
    one, other = model.panel, second.panel
    return one.weeks == other.weeks and np.array_equal(one.array("kpi"), other.array("kpi"))
