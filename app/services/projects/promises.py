"""The ledger of a project: each plan's promise against what came, and each test's."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
from sqlalchemy import select

from app.context import Context
from app.contract.projects import PlanPromise, Promises, TestPromise
from app.db.models import ExperimentRow, ModelRow, ProjectPlanRow, ProjectRow
from app.services.projects import projects
from app.services.projects.plan_vs_actual import variance
from mmm.errors import QueryError
from mmm.interval import Interval

MOST_PLANS = 30
"""Plans that are told, the newest: each takes an evaluation of its model."""
WITHIN = 1.645
"""S.d.s within which nine of ten honest expectations lie."""


def promises_of(context: Context, project: ProjectRow) -> Promises:
    """The project's plans and tests with what came of them."""
    rows = projects.history(context, ProjectPlanRow, project, MOST_PLANS)
    plans = tuple(_plan(context, project, row) for row in rows)
    tests = tuple(_tests(context, project, rows))
    judged = [plan for plan in _apart(plans) if plan.kept is not None]
    kept, tests_kept = sum(bool(p.kept) for p in judged), sum(t.kept for t in tests)
    return Promises(
        plans=plans,
        tests=tests,
        ended=len(judged),
        kept=kept,
        tests_read=len(tests),
        tests_kept=tests_kept,
        summary=_summary(len(judged), kept, len(tests), tests_kept),
    )


def _plan(context: Context, project: ProjectRow, row: ProjectPlanRow) -> PlanPromise:
    planned = row.planned
    start, end = (date.fromisoformat(planned[name]) for name in ("start", "end"))
    told = {
        "plan_id": row.id,
        "name": row.name,
        "model_id": row.model_id,
        "start": start,
        "end": end,
        "weeks_planned": (end - start).days // 7 + 1,
        "unit": planned["unit"],
    }
    try:
        came = variance(context, project, row.id)
    except QueryError:
        return PlanPromise(
            **told,
            status="waiting",
            weeks=0,
            promised=Interval.model_validate(planned["promised"]),
            actual=None,
            kept=None,
            share_below=None,
            after_execution=None,
        )
    others = [each for each in came.rows if each.name in ("execution", "market")]
    return PlanPromise(
        **told,
        status="ended" if came.weeks >= came.weeks_planned else "running",
        weeks=came.weeks,
        promised=came.promised,
        actual=came.actual,
        kept=came.promise_kept,
        share_below=came.residual.share_below,
        after_execution=float(np.sum([each.amount.mean for each in others])),
    )


def _apart(plans: Sequence[PlanPromise]) -> Iterator[PlanPromise]:
    """Plans that have ended and share no week, the newest of those that do."""
    taken: list[PlanPromise] = []
    for plan in plans:
        shares = any(plan.start <= other.end and other.start <= plan.end for other in taken)
        if plan.status == "ended" and not shares:
            taken.append(plan)
            yield plan


def _tests(
    context: Context, project: ProjectRow, plans: Sequence[ProjectPlanRow]
) -> Iterator[TestPromise]:
    """Tests that have been read, of the project's models and of those of its plans."""
    names = {project.id, project.name}
    with context.database.read() as session:
        rows = session.scalars(select(ExperimentRow).order_by(ExperimentRow.id.desc())).all()
        own = {plan.model_id for plan in plans}
        for row in rows:
            model = session.get(ModelRow, row.model_id)
            if row.model_id in own or (model is not None and model.project in names):
                yield from _test(row)


def _test(row: ExperimentRow) -> Iterator[TestPromise]:
    if row.lift_test is None:
        return
    result, surprise = row.lift_test["test"]["result"], float(row.lift_test["surprise"])
    yield TestPromise(
        experiment_id=row.id,
        name=row.name,
        model_id=row.model_id,
        channel=row.channel,
        measured=float(result["lift"]),
        standard_error=float(result["se"]),
        surprise=surprise,
        kept=abs(surprise) <= WITHIN,
    )


def _summary(ended: int, kept: int, read: int, right: int) -> str:
    parts = []
    if ended:
        plans = "the plan that has ended" if ended == 1 else f"the {ended} plans that have ended"
        parts.append(f"Of {plans}, {kept} came inside the 90 % interval that was promised.")
    if read:
        tests = "the test that was read" if read == 1 else f"the {read} tests that were read"
        parts.append(f"Of {tests}, {right} came out where the model expected it.")
    return " ".join(parts) or "No plan of this project has ended and no test was read yet."
