"""Projects and their plans as the documents of the API."""

from app.context import Context
from app.contract.projects import Project, ProjectPlanRead, ProjectPlanSummary, Promotion
from app.db.models import ActualsRow, ProjectPlanRow, ProjectRow, PromotionRow
from app.services.projects import projects


def project_document(context: Context, row: ProjectRow) -> Project:
    """The project with its champion, its plan of record and its last actuals."""
    promotion, plan = (
        projects.latest(context, PromotionRow, row),
        projects.latest(context, ProjectPlanRow, row),
    )
    ends = [item.end for item in projects.history(context, ActualsRow, row)]
    return Project(
        id=row.id,
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        champion=None if promotion is None else Promotion.model_validate(promotion),
        plan_of_record=None if plan is None else plan_summary(plan),
        actuals_until=max(ends, default=None),
    )


def plan_summary(row: ProjectPlanRow) -> ProjectPlanSummary:
    """A plan without its question and answer."""
    kept = ("id", "name", "model_id", "question", "created_at")
    planned = ("start", "end", "expected", "promised", "unit")
    return ProjectPlanSummary.model_validate(
        {
            **{name: getattr(row, name) for name in kept},
            **{name: row.planned[name] for name in planned},
            "total": row.answer["plan"]["total"],
        }
    )


def plan_document(row: ProjectPlanRow) -> ProjectPlanRead:
    """A plan with its question and answer."""
    head = plan_summary(row).model_dump()
    return ProjectPlanRead.model_validate({**head, "request": row.request, "answer": row.answer})
