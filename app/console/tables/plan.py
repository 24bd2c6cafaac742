"""Plans as tables for a terminal."""

from collections.abc import Callable, Mapping, Sequence
from math import isclose

from rich.table import Table

from app.contract.frontier_answers import FrontierAnswer
from app.contract.moves import Moves
from app.contract.plan_answers import AllocationAnswer, PlanEvaluation, ReferenceComparisonDocument
from app.contract.plan_details import CertificateDocument
from app.display.asked import HEADS as ASKED_HEADS
from app.display.figures import NEGLIGIBLE, change, figure, interval, titled
from app.display.words import chances
from app.services.planning.evidence import rests_on_tests

TITLES: Mapping[str, str] = {
    "optimal": "the best plan for this model and these limits",
    "feasible": "the best plan that was found",
    "stopped": "the best plan so far: the time limit was reached",
    "stay": "stay: no other plan is clearly better",
    "condition_unmet": "the closest plan: it misses a condition",
}


type PlanTable = Callable[[AllocationAnswer | PlanEvaluation], Table]


def tables_of(
    answer: AllocationAnswer | PlanEvaluation, asked: Sequence[tuple[str, ...]] = ()
) -> tuple[PlanTable, ...]:
    """The tables that tell a plan: its moves first. ``asked``: the rows of what was asked."""
    beside = (lambda _: titled("asked", ASKED_HEADS, asked, right=()),) if asked else ()
    conditions = (conditions_table,) if answer.conditions else ()
    return (moves_table, *beside, plan_table, gain_table, *conditions)


def plan_table(answer: AllocationAnswer | PlanEvaluation) -> Table:
    """Planned spend per channel, with current spend and marginal ROI."""
    rows = [
        (
            c.name,
            figure(c.spend),
            figure(c.current),
            change(c.change),
            interval(c.marginal_roi),
            "extrapolation" if c.beyond_observed else "",
        )
        for c in answer.plan.channels
    ]
    heads = ("channel", "plan", "current", "change", "marginal ROI", "")
    title = f"plan: {figure(answer.plan.total)} over {len(answer.plan.by_week)} weeks"
    return titled(title, heads, rows, right=(1, 2, 3, 4))


def moves_table(answer: AllocationAnswer | PlanEvaluation) -> Table:
    """What to do now, what to test first and what to hold, with the reasons."""
    heads = ("", "channel", "from", "to", "why")
    return titled("moves", heads, _moves_rows(answer.moves), right=(2, 3))


def _moves_rows(moves: Moves | None) -> list[tuple[str, ...]]:
    if moves is None:
        return []
    now = [("do now", x.channel, figure(x.from_spend), figure(x.to), x.why) for x in moves.do_now]
    test = [
        ("test first", x.channel, figure(x.if_not), f"{figure(x.if_good)} if good", x.why)
        for x in moves.test_first
    ]
    return [*now, *test, *(("hold", x.channel, "", "", x.why) for x in moves.hold)]


def gain_table(answer: AllocationAnswer | PlanEvaluation) -> Table:
    """The gain of the plan, its comparison with other plans, and its risk."""
    current, mix = answer.versus_current, answer.versus_proportional
    tested = rests_on_tests(answer.plan, answer.evidence)
    rows = [
        ("value within the horizon", interval(answer.value_inside), ""),
        ("value after it, by carryover", interval(answer.value_later), ""),
        ("gain over no spend, less cost", interval(answer.gain), ""),
        ("versus current plan", interval(current), _chances(current, tested)),
    ]
    if not _alike(current, mix):
        rows.append(("versus current mix, same total", interval(mix), _chances(mix, tested)))
    rows.append((f"gain, mean of the worst {answer.risk.tail:.0%}", figure(answer.risk.cvar), ""))
    if isinstance(answer, AllocationAnswer):
        rows.append(("how good, for this model and these limits", _proof(answer.certificate), ""))
    heads = (answer.gain_unit, "mean and 90 % interval", "better, if the model is right")
    return titled(_title(answer), heads, rows, right=(1, 2))


def frontier_table(answer: FrontierAnswer) -> Table:
    """Total, gain and tail of each point, with the spend of its channels."""
    names = [*answer.points[0].spend] if answer.points else []
    rows = [
        (
            figure(point.total),
            "" if point.risk_aversion is None else f"{point.risk_aversion:g}",
            interval(point.gain),
            figure(point.cvar),
            "" if point.marginal_roi is None else figure(point.marginal_roi),
            *(figure(point.spend[name]) for name in names),
        )
        for point in answer.points
    ]
    heads = ("total", "risk aversion", f"gain ({answer.gain_unit})", "worst cases", "marginal ROI")
    return titled("frontier", (*heads, *names), rows, right=tuple(range(len(heads) + len(names))))


def conditions_table(answer: AllocationAnswer | PlanEvaluation) -> Table:
    """Every condition with what the plan reaches."""
    rows = [
        ("met" if each.met else "missed", each.condition, figure(each.reached), figure(each.slack))
        for each in answer.conditions
    ]
    return titled("conditions", ("", "wanted", "reached", "slack"), rows, right=(2, 3))


def _chances(versus: ReferenceComparisonDocument, tested: bool) -> str:
    same = max(abs(versus.p5), abs(versus.p95)) <= NEGLIGIBLE * (1.0 + versus.reference_total)
    return "the same plan" if same else f"in {chances(versus.probability_better, tested)} cases"


def _alike(first: ReferenceComparisonDocument, second: ReferenceComparisonDocument) -> bool:
    """Whether two references are one plan to all appearance."""
    fields = ("mean", "p5", "p95", "reference_total")
    pairs = [(getattr(first, name), getattr(second, name)) for name in fields]
    return all(isclose(a, b, rel_tol=1e-6, abs_tol=NEGLIGIBLE) for a, b in pairs)


def _proof(certificate: CertificateDocument) -> str:
    if certificate.gap is not None:
        return f"at most {certificate.gap:.2%} below the best plan"
    if certificate.kind == "stationary":
        return "no small change improves it"
    return "not proven"


def _title(answer: AllocationAnswer | PlanEvaluation) -> str:
    """Which limits an evaluated plan violates, or what kind of plan an allocation is."""
    if isinstance(answer, PlanEvaluation):
        return f"violates: {', '.join(answer.broken)}" if answer.broken else "satisfies all limits"
    return TITLES[answer.status]
