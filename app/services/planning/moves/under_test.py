"""Which channels running experiments need as they are."""

from datetime import date

from sqlalchemy import select

from app.context import Context
from app.contract.plan_requests import WithMoves
from app.db.models import ExperimentRow, ModelRow


def with_running[Coming: WithMoves](context: Context, model: ModelRow, body: Coming) -> Coming:
    """``body`` with the channels of the running experiments on ``model`` or on another model of its
    project; what the body says of a channel itself stays."""
    running = _running(context, model)
    if not running:
        return body
    return body.model_copy(update={"under_test": running | body.under_test})


def _running(context: Context, model: ModelRow) -> dict[str, date]:
    """The last day, cool-down included, of each channel's running experiments."""
    until: dict[str, date] = {}
    names = {channel["name"] for channel in model.spec["channels"]}
    with context.database.read() as session:
        rows = session.scalars(select(ExperimentRow).where(ExperimentRow.status == "running"))
        for row in (each for each in rows if each.channel in names):
            other = session.get(ModelRow, row.model_id)
            if row.model_id == model.id or (other is not None and _together(other, model)):
                ends = date.fromisoformat(row.ends)
                until[row.channel] = max(ends, until.get(row.channel, ends))
    return until


def _together(one: ModelRow, other: ModelRow) -> bool:
    return one.project is not None and one.project == other.project
