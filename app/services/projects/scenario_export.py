"""A saved scenario as a table for spreadsheets: CSV, or an Excel workbook.

A plan has a line for each week, geo and channel; a what-if question a line for each week. The
workbook also has sheets with the answer's figures and warnings, and of a plan that was given the
planner's sheet, which can be sent again. If the model is a draft, every line says so.
"""

from app.db.models import ScenarioRow
from app.tables.answers import SHEETS, written
from app.tables.plan_sheet import plan_sheet


def scenario_table(row: ScenarioRow, media_type: str, name: str | None = None) -> bytes:
    """The scenario's tables in a media type; ``name``: one of them. Raises QueryError."""
    if row.question == "counterfactual":
        return written(SHEETS["counterfactual"](row.answer), media_type, name)
    sheets = SHEETS["plan"](row.answer)
    if row.question == "evaluate_plan":
        sheets = (*sheets, plan_sheet(row.request, row.answer))
    return written(sheets, media_type, name)
