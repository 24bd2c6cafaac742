"""Plan versus actual of a project, as a document."""

from app.context import Context
from app.contract.projects import ProjectPlanVersusActual
from app.db.models import ProjectRow
from app.services.catalog import models
from app.services.planning.planned_weeks import planned_weeks
from app.services.planning.summary import variance_summary
from app.services.projects import plans as project_plans
from app.services.projects.actuals import actuals_of
from mmm.errors import Issue, QueryError
from mmm.plan.plan_vs_actual import plan_versus_actual


def variance(context: Context, project: ProjectRow, plan_id: str | None) -> ProjectPlanVersusActual:
    """Split actual less planned KPI for the plan of record, or an earlier plan of the project.

    Raises NotFound, ProjectIncomplete, or QueryError if there are no actuals for it yet.
    """
    plan = project_plans.find(context, project, plan_id)
    model = models.fitted(context, models.find(context, plan.model_id))
    actual, sources = actuals_of(context, project, model, plan.model_id)
    if actual is None:
        detail = (
            f"there are no actuals from {plan.planned['start']} on: POST actuals, or promote a "
            "refit whose data contain them"
        )
        raise QueryError([Issue("", "no_actuals", detail)])
    planned = planned_weeks(model, plan.question, plan.request, plan.answer)
    comparison = plan_versus_actual(model, planned, actual)
    return ProjectPlanVersusActual(
        **dict(comparison),
        plan_id=plan.id,
        model_id=plan.model_id,
        sources=sources,
        summary=variance_summary(comparison),
    )
