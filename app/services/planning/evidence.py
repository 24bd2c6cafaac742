"""What the evidence on channels means for a plan: grades, and a warning for money on weak ones."""

from collections.abc import Iterator, Mapping

from app.contract.planned_spend import Plan, PlannedChannel
from mmm.posterior.evidence import LOWER_GRADES, MATTERS, GradeNote
from mmm.posterior.fitted import FittedModel


def grades_of(model: FittedModel) -> dict[str, GradeNote] | None:
    """The grade of each channel and the price; None for a model without a record."""
    return model.evidence.grades() if model.evidence else None


def evidence_warnings(model: FittedModel, plan: Plan) -> Iterator[str]:
    """A sentence for each channel with a lower grade that carries the plan.

    A channel carries the plan with at least ``MATTERS`` of its spend, or of the money it moves. One
    that is too small to measure is no reason to doubt a plan that does not raise it.
    """
    grades = grades_of(model) or {}
    total = sum(channel.spend for channel in plan.channels)
    moved = sum(abs(channel.spend - channel.current) for channel in plan.channels)
    for channel in plan.channels:
        note = grades.get(channel.name)
        cut = channel.spend <= channel.current and note is not None and note.grade == "too_small"
        if note and note.grade in LOWER_GRADES and not cut and _carries(channel, total, moved):
            yield f"{channel.name}: {note.label.lower()}. {note.reason}"


def rests_on_tests(plan: Plan, grades: Mapping[str, GradeNote] | None) -> bool:
    """Whether lift tests back every channel that carries the plan's change, and there is one."""
    moved = sum(abs(channel.spend - channel.current) for channel in plan.channels)
    carrying = [
        channel.name
        for channel in plan.channels
        if abs(channel.spend - channel.current) >= MATTERS * moved > 0.0
    ]
    told = grades or {}
    tested = (name in told and told[name].grade == "tested" for name in carrying)
    return bool(carrying) and all(tested)


def _carries(channel: PlannedChannel, total: float, moved: float) -> bool:
    change = abs(channel.spend - channel.current)
    return channel.spend >= MATTERS * total > 0.0 or change >= MATTERS * moved > 0.0
