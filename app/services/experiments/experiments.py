"""Experiments as they are planned, run, read and used.

    draft -> running -> read -> used

A running test cannot be read before its cool-down is over: who looks earlier, and stops when it
looks good, finds effects that are none. What it becomes when it is used is a registered lift test,
which the next fit of any model may refer to.
"""

from datetime import UTC, date, datetime, timedelta

from app.context import Context
from app.contract.experiments.experiments import (
    ExperimentBody,
    ExperimentReadBody,
    ExperimentStatus,
    LiftTestMade,
)
from app.contract.experiments.read_test import ReadTestBody
from app.db.found import find_row, row_to_change
from app.db.models import ExperimentRow
from app.db.pages import RowPage, read_page
from app.display.words import amount
from app.errors import WrongStatus
from app.ids import new_id
from app.services.catalog import lift_tests, models
from app.services.catalog.finite import finite_document
from app.services.experiments.readings import reading_of
from mmm.counterfactual.question import WeekRange
from mmm.errors import Issue, QueryError, pointer
from mmm.experiments.feedback import Feedback, lift_test_of, surprise
from mmm.experiments.predicted_effect import require_bought
from mmm.experiments.reading.tell import answer_of
from mmm.experiments.regions import region_names
from mmm.spec.lift_test import LiftTest

CONTRADICTS = 2.0


def create(context: Context, body: ExperimentBody) -> ExperimentRow:
    """Store a draft; raises NotFound, and QueryError for what the model cannot test."""
    model = models.fitted(context, models.find(context, body.model_id))
    require_bought(model, body.channel)
    known = region_names(model.panel.geos)
    if len(known) > 1:
        issues = [
            Issue(pointer("treated", k), "unknown_geo", f"{name!r} is not a geo of the model")
            for k, name in enumerate(body.treated)
            if name not in known
        ]
        if issues:
            raise QueryError(issues)
    row = ExperimentRow(
        id=new_id("ex"),
        name=body.name,
        model_id=body.model_id,
        channel=body.channel,
        status="draft",
        plan=body.model_dump(mode="json"),
        start=body.start.isoformat(),
        ends=body.last_day.isoformat(),
    )
    with context.database.write() as session:
        session.add(row)
    return row


def find(context: Context, experiment_id: str) -> ExperimentRow:
    """The experiment's row; raises NotFound."""
    return find_row(context.database, ExperimentRow, "experiment", experiment_id)


def page(context: Context, limit: int, page_token: str | None) -> RowPage[ExperimentRow]:
    """One page of experiments, newest first."""
    with context.database.read() as session:
        return read_page(session, ExperimentRow, limit, page_token)


def remove(context: Context, experiment_id: str) -> None:
    """Delete it; a lift test that it became remains. Raises NotFound."""
    with context.database.write() as session:
        row = row_to_change(session, ExperimentRow, "experiment", experiment_id)
        session.delete(row)


def start(context: Context, experiment_id: str) -> ExperimentRow:
    """The test runs from now on; raises NotFound and WrongStatus."""
    return _change(context, experiment_id, "draft", status="running")


def read(context: Context, experiment_id: str, body: ExperimentReadBody) -> ExperimentRow:
    """Read the test once its cool-down is over, and make the lift test that it becomes.

    Raises NotFound, WrongStatus, DataError and QueryError.
    """
    row = find(context, experiment_id)
    _require(row, "running")
    plan = ExperimentBody.model_validate(row.plan)
    _require_over(plan, datetime.now(UTC).date())
    model = models.fitted(context, models.find(context, row.model_id))
    reading = reading_of(context, _question(plan, body))
    made = lift_test_of(reading, model, plan.channel, plan.name)
    z = surprise(model, made)
    document = LiftTestMade(
        test=made.for_next_fit.model_dump(mode="json", exclude_defaults=True),
        transport_source=made.transport.source,
        placebo_scatter=made.inflated,
        surprise=z,
        told=_told(made, z),
    )
    return _change(
        context,
        experiment_id,
        "running",
        status="read",
        reading=finite_document(answer_of(reading)),
        lift_test=finite_document(document),
    )


def use(context: Context, experiment_id: str) -> ExperimentRow:
    """Register the lift test that the reading became; raises NotFound and WrongStatus."""
    row = find(context, experiment_id)
    _require(row, "read")
    assert row.lift_test is not None
    test = LiftTest.model_validate(row.lift_test["test"])
    (registered,) = lift_tests.register(context, [test], "prudent")
    try:
        return _change(context, experiment_id, "read", status="used", lift_test_id=registered.id)
    except WrongStatus:
        lift_tests.remove(context, registered.id)
        raise


def _require(row: ExperimentRow, wanted: ExperimentStatus) -> None:
    if row.status != wanted:
        raise WrongStatus(f"The experiment is {row.status}; this needs it {wanted}.")


def _require_over(plan: ExperimentBody, today: date) -> None:
    if today <= plan.last_day:
        raise WrongStatus(
            f"The experiment runs until {plan.last_day}, cool-down included. Read before, it would "
            "find effects that are none."
        )


def _question(plan: ExperimentBody, body: ExperimentReadBody) -> ReadTestBody:
    """The reading that the experiment's own plan asks for, in the periods of the table."""
    step = 7 if body.period == "week" else 1
    end = plan.start + timedelta(weeks=plan.weeks) - timedelta(days=step)
    table = {name: getattr(body, name) for name in ExperimentReadBody.model_fields}
    del table["period"]
    return ReadTestBody(
        **table,
        treated=plan.treated,
        window=WeekRange(start=plan.start, end=end),
        cooldown=plan.cooldown * 7 // step,
    )


def _told(made: Feedback, z: float) -> str:
    """How the test agrees with the model, in a sentence; ``z``: measured less expected lift."""
    lift, se = made.test.result.lift, made.test.result.se
    assert lift is not None
    assert se is not None
    text = f"measured {amount(lift)} with a standard error of {amount(se)}"
    if abs(z) <= CONTRADICTS:
        return f"{text}: about what the model expected ({abs(z):.1f} s.d. from it)"
    below = "below" if z < 0.0 else "above"
    return (
        f"{text}: {abs(z):.1f} s.d. {below} what the model expected; the two contradict each "
        "other, and one of them is wrong about this channel"
    )


def _change(
    context: Context, experiment_id: str, before: ExperimentStatus, **changes: object
) -> ExperimentRow:
    """Change a row that is still in the status ``before``; raises NotFound and WrongStatus."""
    with context.database.write() as session:
        row = row_to_change(session, ExperimentRow, "experiment", experiment_id)
        _require(row, before)
        for name, value in (changes | {"updated_at": datetime.now(UTC)}).items():
            setattr(row, name, value)
    return row
