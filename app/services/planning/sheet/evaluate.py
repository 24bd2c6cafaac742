"""A planner's sheet that a caller sent, evaluated as a plan."""

from typing import Literal

from app.context import Context
from app.contract.plan_answers import PlanEvaluation
from app.contract.plan_requests import EvaluatePlanBody
from app.contract.scenarios import SheetFile
from app.db.models import ModelRow
from app.intake.plan_sheet import read_plan_sheet
from app.services.catalog import models
from app.services.planning.queries import evaluate_plan
from app.services.planning.sheet.request import plan_of_sheet
from mmm.tables.formats import XLSX
from optimizer.watch import Watch

type Evaluated = tuple[Literal["evaluate_plan"], EvaluatePlanBody, PlanEvaluation]


def evaluated_sheet(context: Context, row: ModelRow, sheet: SheetFile, caller: Watch) -> Evaluated:
    """The question, the request that the sheet is, and its answer, which says what was decided.

    Raises DataError and QueryError, which name rows and periods, and those of ``evaluate_plan``.
    """
    size = float("inf") if sheet.media_type == XLSX else len(sheet.content)
    parts = (sheet.content, sheet.media_type, sheet.read)
    read = context.intake.run(size, read_plan_sheet, *parts)
    body, said = plan_of_sheet(models.fitted(context, row), read)
    answer = evaluate_plan(context, row, body, caller)
    warnings = (*said, *answer.warnings)
    return "evaluate_plan", body, answer.model_copy(update={"warnings": warnings})
