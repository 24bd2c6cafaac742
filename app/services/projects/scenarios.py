"""Saved scenarios: a question to a model stored with its answer, for comparison and export."""

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy import delete

from app.context import Context
from app.contract.scenarios import Compared, Comparison, ScenarioBody, ScenarioSummary
from app.db.found import find_row, row_to_change
from app.db.models import ModelRow, ScenarioRow, ShareRow
from app.db.pages import RowPage, read_page
from app.ids import new_id
from app.services.catalog import models
from app.services.catalog.finite import finite_document
from app.services.catalog.queries import counterfactual
from app.services.planning.queries import allocate, evaluate_plan
from app.services.planning.sheet.evaluate import evaluated_sheet
from optimizer.watch import UNWATCHED, Watch


def save(context: Context, body: ScenarioBody, caller: Watch = UNWATCHED) -> ScenarioRow:
    """Answer a question and save both; raises the question's errors, and NotFound."""
    model = models.find(context, body.model_id)
    (question,) = body.given_questions
    answer: BaseModel
    if body.allocate is not None:
        answer = allocate(context, model, body.allocate, caller)
    elif body.sheet is not None:
        return _stored(context, body, model, *evaluated_sheet(context, model, body.sheet, caller))
    elif body.evaluate_plan is not None:
        answer = evaluate_plan(context, model, body.evaluate_plan, caller)
    else:
        assert body.counterfactual is not None
        answer = counterfactual(context, model, body.counterfactual)
    return _stored(context, body, model, question, getattr(body, question), answer)


def _stored(
    context: Context,
    body: ScenarioBody,
    model: ModelRow,
    question: str,
    request: BaseModel,
    answer: BaseModel,
) -> ScenarioRow:
    row = ScenarioRow(
        id=new_id("sc"),
        name=body.name,
        model_id=model.id,
        question=question,
        request=request.model_dump(mode="json", exclude_unset=True),
        answer=finite_document(answer),
    )
    with context.database.write() as session:
        session.add(row)
    return row


def find(context: Context, scenario_id: str) -> ScenarioRow:
    """The scenario's row; raises NotFound."""
    return find_row(context.database, ScenarioRow, "scenario", scenario_id)


def page(context: Context, limit: int, page_token: str | None) -> RowPage[ScenarioRow]:
    """One page of scenarios, newest first."""
    with context.database.read() as session:
        return read_page(session, ScenarioRow, limit, page_token)


def remove(context: Context, scenario_id: str) -> None:
    """Delete the scenario with the links to it; raises NotFound."""
    with context.database.write() as session:
        row = row_to_change(session, ScenarioRow, "scenario", scenario_id)
        session.execute(delete(ShareRow).where(ShareRow.scenario_id == scenario_id))
        session.delete(row)


def compare(context: Context, ids: Sequence[str]) -> Comparison:
    """Compare scenarios side by side; raises NotFound."""
    return Comparison(items=[_compared(find(context, name)) for name in ids])


def _compared(row: ScenarioRow) -> Compared:
    answer, head = row.answer, ScenarioSummary.model_validate(row).model_dump()
    if row.question == "counterfactual":
        numbers = {"total": None, "spend": {}, "effect": answer["effect"]}
        return Compared(**head, **numbers, outcome=answer["scenario"], outcome_unit=answer["unit"])
    plan = answer["plan"]
    return Compared(
        **head,
        total=plan["total"],
        spend={channel["name"]: channel["spend"] for channel in plan["channels"]},
        effect=answer["versus_current"],
        outcome=answer["outcome"],
        outcome_unit=answer["outcome_unit"],
    )
