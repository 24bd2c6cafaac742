"""Plans of record: a question to a model, its answer, and the spend by week, geo and channel."""

from app.context import Context
from app.contract.projects import ProjectPlanBody
from app.db.models import Document, ModelRow, ProjectPlanRow, ProjectRow
from app.errors import InvalidRequest, NotFound, ProjectIncomplete
from app.ids import new_id
from app.services.catalog import models
from app.services.catalog.finite import finite_document
from app.services.planning.planned_weeks import planned_weeks
from app.services.planning.queries import allocate, evaluate_plan
from app.services.projects import projects, scenarios
from mmm.errors import Issue
from mmm.plan.plan_vs_actual import promised
from mmm.summarize import summarize

type AnsweredQuestion = tuple[ModelRow, str, Document, Document]
"""Model, question, request and answer, as in a scenario."""


def adopt(context: Context, project: ProjectRow, body: ProjectPlanBody) -> ProjectPlanRow:
    """Make a plan the project's plan of record; raises the question's errors, and NotFound."""
    model_row, question, request, answer = _answered(context, project, body)
    model = models.fitted(context, model_row)
    planned = planned_weeks(model, question, request, answer)
    first, weeks = len(model.panel.weeks), planned.spend.shape[0]
    horizon = slice(first, first + weeks)
    row = ProjectPlanRow(
        id=new_id("pl"),
        project_id=project.id,
        name=body.name,
        model_id=model_row.id,
        question=question,
        request=request,
        answer=answer,
        planned={
            "start": planned.world.weeks[first].isoformat(),
            "end": planned.world.weeks[horizon.stop - 1].isoformat(),
            "expected": answer["outcome"],
            "promised": summarize(promised(model, planned, horizon).sum(1)).model_dump(),
            "unit": model.kpi_unit,
        },
    )
    with context.database.write() as session:
        projects.lock_against_deletion(session, project)
        models.lock_against_deletion(session, model_row.id)
        session.add(row)
    return row


def find(context: Context, project: ProjectRow, plan_id: str | None) -> ProjectPlanRow:
    """A plan of the project, or its plan of record; raises NotFound or ProjectIncomplete."""
    if plan_id is None:
        row = projects.latest(context, ProjectPlanRow, project)
        if row is None:
            raise ProjectIncomplete(
                f"The project {project.id} has no plan of record: POST one to its /plans first."
            )
        return row
    with context.database.read() as session:
        plan = session.get(ProjectPlanRow, plan_id)
    if plan is None or plan.project_id != project.id:
        raise NotFound("plan", plan_id)
    return plan


def _answered(context: Context, project: ProjectRow, body: ProjectPlanBody) -> AnsweredQuestion:
    """The scenario that the body names, or the answer to its question."""
    if body.scenario_id is not None:
        scenario = scenarios.find(context, body.scenario_id)
        if scenario.question == "counterfactual":
            detail = "this scenario is a what-if question; adopt an allocation or evaluation"
            raise InvalidRequest([Issue("/scenario_id", "no_plan", detail)])
        model = models.find(context, scenario.model_id)
        return model, scenario.question, scenario.request, scenario.answer
    model = (
        projects.champion(context, project)
        if body.model_id is None
        else models.find(context, body.model_id)
    )
    if body.allocate is not None:
        request = body.allocate.model_dump(mode="json", exclude_unset=True)
        return model, "allocate", request, finite_document(allocate(context, model, body.allocate))
    assert body.evaluate_plan is not None
    request = body.evaluate_plan.model_dump(mode="json", exclude_unset=True)
    answer = evaluate_plan(context, model, body.evaluate_plan)
    return model, "evaluate_plan", request, finite_document(answer)
