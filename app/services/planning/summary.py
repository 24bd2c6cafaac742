"""The summary sentence of an allocation, and of a plan against its actual weeks."""

from collections.abc import Sequence

from app.contract.plan_answers import PlannedChannel, ReferenceComparisonDocument
from mmm.plan.plan_vs_actual_answer import PlanVersusActual
from optimizer.allocation import Status

SAME = 1e-9
NOTICEABLE = 0.01
"""Changes below this share of the plan's total are not mentioned."""
_GIVEN = ("reference", "plan")


def summary_of(
    status: Status,
    weeks: int,
    channels: Sequence[PlannedChannel],
    versus: ReferenceComparisonDocument,
    unit: str,
) -> str:
    """Which spend to change, the expected gain, and its credible interval."""
    total = sum(channel.spend for channel in channels)
    scale = total if total > 0.0 else 1.0
    raised = _moves(channels, scale, sign=1.0)
    cut = _moves(channels, scale, sign=-1.0)
    return f"{_moved(status, raised, cut, total, weeks)}{_effect(versus, unit)}."


def _moves(channels: Sequence[PlannedChannel], scale: float, sign: float) -> list[str]:
    changes = sorted(((sign * (c.spend - c.current), c.name) for c in channels), reverse=True)
    return [f"{name} by {money(amount)}" for amount, name in changes if amount > NOTICEABLE * scale]


def _moved(status: Status, raised: list[str], cut: list[str], total: float, weeks: int) -> str:
    span = f"{money(total)} over {weeks} week{'s' if weeks != 1 else ''}"
    if status is Status.STAY:
        stay = "the present mix" if raised or cut else "the present plan"
        return f"Stay with {stay} ({span}): what could be gained is within noise"
    opening = f"Spend {span}: "
    if status is Status.TARGET_UNREACHABLE:
        opening = f"The target is out of reach; the closest plan spends {span}: "
    steps = []
    if raised:
        steps.append("raise " + _list(raised))
    if cut:
        steps.append("cut " + _list(cut))
    return opening + (", ".join(steps) if steps else "keep every channel as it is")


def _effect(versus: ReferenceComparisonDocument, unit: str) -> str:
    if max(abs(versus.p5), abs(versus.p95)) <= SAME * (1.0 + versus.reference_total):
        return "; this is the present plan"
    word = "more" if versus.mean >= 0.0 else "less"
    return (
        f"; the gain is expected to be {money(abs(versus.mean))} {unit} {word} than with the "
        f"present plan (90 % interval {money(versus.p5)} to {money(versus.p95)}), and better "
        f"with probability {versus.probability_better:.2f}"
    )


def _list(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def money(amount: float) -> str:
    """A number with at least three significant digits and thousands separators."""
    if abs(amount) >= 100.0:
        return f"{amount:,.0f}"
    return f"{amount:.3g}"


def variance_summary(comparison: PlanVersusActual) -> str:
    """One sentence: the difference, its largest cause, and whether the residual is noise."""
    causes = {row.kind: row.amount.mean for row in comparison.rows if row.kind not in _GIVEN}
    kind = max(causes, key=lambda name: abs(causes[name]))
    gap = comparison.difference.mean
    rest = "within" if comparison.residual.within else "outside"
    return (
        f"{comparison.weeks} of {comparison.weeks_planned} weeks: {money(comparison.actual)} "
        f"{comparison.unit}, {money(abs(gap))} {'more' if gap >= 0.0 else 'less'} than planned; "
        f"the largest cause is {kind} ({causes[kind]:+,.4g}); the residual is {rest} the model's "
        "predictive interval."
    )
