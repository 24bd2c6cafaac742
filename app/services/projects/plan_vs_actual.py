"""Plan against actual of a project, and the same as a table for spreadsheets."""

from collections.abc import Iterator

from app.context import Context
from app.contract.projects import ProjectVariance
from app.db.models import ProjectRow
from app.services.catalog import models
from app.services.planning.summary import money
from app.services.projects import plans as project_plans
from app.services.projects.actuals import actuals_of
from app.services.projects.csv_export import Cell, write_csv
from app.services.projects.plans import planned_weeks
from mmm.errors import Issue, QueryError
from mmm.interval import Interval
from mmm.plan.variance import plan_versus_actual
from mmm.plan.variance_answer import PlanVersusActual


def variance(context: Context, project: ProjectRow, plan_id: str | None) -> ProjectVariance:
    """The split for the plan of record, or an earlier plan of the project.

    Raises NotFound, ProjectIncomplete, or QueryError where no week of it has come yet.
    """
    plan = project_plans.find(context, project, plan_id)
    model = models.fitted(context, models.find(context, plan.model_id))
    actual, sources = actuals_of(context, project, model, plan.model_id)
    if actual is None:
        detail = (
            f"no week from {plan.planned['start']} on is known: POST actuals, or promote a refit "
            "whose data have it"
        )
        raise QueryError([Issue("", "no_actuals", detail)])
    planned = planned_weeks(model, plan.question, plan.request, plan.answer)
    found = plan_versus_actual(model, planned, actual.panel)
    return ProjectVariance(
        **dict(found),
        plan_id=plan.id,
        model_id=plan.model_id,
        sources=sources,
        summary=summary_of(found),
    )


def summary_of(found: PlanVersusActual) -> str:
    """One sentence: how far off, which cause most, whether the rest is chance."""
    causes = {row.kind: row.amount.mean for row in found.rows if row.kind not in _GIVEN}
    kind = max(causes, key=lambda name: abs(causes[name]))
    gap = found.difference.mean
    rest = "within what the model let expect" if found.residual.within else "more than chance"
    return (
        f"{found.weeks} of {found.weeks_planned} weeks: {money(found.actual)} {found.unit}, "
        f"{money(abs(gap))} {'more' if gap >= 0.0 else 'less'} than planned; the largest cause is "
        f"{kind} ({causes[kind]:+,.4g}); what the model did not foresee is {rest}."
    )


_GIVEN = ("reference", "plan")


def variance_csv(found: PlanVersusActual) -> str:
    """A line for each cause, its parts, and each week's causes."""
    return write_csv(_lines(found))


def _lines(found: PlanVersusActual) -> Iterator[dict[str, Cell]]:
    span = f"{found.start} to {found.end}"
    for row in (*found.rows, *found.execution, *found.market):
        yield {"weeks": span, "kind": row.kind, "name": row.name, **_told(row.amount)}
    for week in found.by_week:
        for kind, amount in week.amounts.items():
            yield {"weeks": week.week.isoformat(), "kind": kind, "name": kind, **_told(amount)}


def _told(amount: Interval) -> dict[str, Cell]:
    return dict(amount.model_dump())
