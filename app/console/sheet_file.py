"""A planner's sheet in a file, as a request of the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import BadParameter

from app.console.options import note

if TYPE_CHECKING:
    from app.contract.plan_requests import EvaluatePlanBody
    from mmm.posterior.fitted import FittedModel


def refuse_beside_sheet(**options: object) -> None:
    """Refuse options that say what the sheet says; raises BadParameter."""
    for name, given in options.items():
        if given:
            raise BadParameter(f"--sheet has the whole plan; leave out --{name}")


def sheet_request(model: "FittedModel", path: Path, read: Sequence[str] | None) -> dict[str, Any]:
    """The sheet as fields of a request of evaluate-plan; ``read``: arguments of ``--read``.

    Raises DataError and QueryError.
    """
    return _plan(model, path, read).model_dump(mode="json", exclude_unset=True)


def over_sheet(
    model: "FittedModel",
    path: Path,
    read: Sequence[str] | None,
    given: dict[str, Any],
    *,
    total: float | None,
    change: float,
) -> dict[str, Any]:
    """An allocation over the sheet's weeks, in its world, that keeps what is committed.

    ``given``: the request of the options; its budget counts where ``total`` or ``change`` is given.
    Raises DataError and QueryError.
    """
    from app.services.projects.scenario_plans import with_commitments

    own = {name: value for name, value in given.items() if name != "horizon" and value is not None}
    if total is None and not change:
        own.pop("budget")
    return with_commitments(_plan(model, path, read), own)


def _plan(model: "FittedModel", path: Path, read: Sequence[str] | None) -> "EvaluatePlanBody":
    from app.console.arguments import read_words
    from app.intake.plan_sheet import read_plan_sheet
    from app.services.planning.sheet.request import plan_of_sheet
    from mmm.tables.formats import media_type_of

    content = path.read_bytes()
    kind = media_type_of(path.name, content) or ""
    plan, said = plan_of_sheet(model, read_plan_sheet(content, kind, read_words(read or ())))
    for sentence in said:
        note(f"sheet: {sentence}")
    return plan
