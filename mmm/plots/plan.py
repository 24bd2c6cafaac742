"""A plan beside today's spend."""

from typing import TYPE_CHECKING

from mmm.plots.library import graph_objects
from mmm.plots.style import ACCENT, BASE, INK, axis, layout
from mmm.posterior.plots import PlanAnswer, PlanOfCells

if TYPE_CHECKING:
    import plotly.graph_objects as go

_NOTICEABLE = 1e-3

type Spends = dict[str, float]


def plan_figure(answer: PlanAnswer | PlanOfCells, currency: str | None = None) -> "go.Figure":
    """Bars of today's spend and of the plan, by channel, currency over the weeks of the plan.

    ``answer``: of ``allocate`` or ``evaluate-plan``, as the service, its client and
    ``allocate_model`` give it; the bars are then the moves to make now, a diamond is what the model
    alone would do. Or the allocation of ``optimizer.allocate``, whose plan is the model's own.
    Raises ImportError where Plotly is not installed.
    """
    go = graph_objects()
    today, plan, alone = _spends(answer)
    names = list(today)
    traces = [
        go.Bar(
            name=name,
            y=names,
            x=[spend[each] for each in names],
            orientation="h",
            marker={"color": colour},
        )
        for name, spend, colour in (("plan", plan, ACCENT), ("today", today, BASE))
    ]
    if alone:
        traces.append(
            go.Scatter(
                name="the model alone",
                y=names,
                x=[alone[each] for each in names],
                mode="markers",
                marker={"symbol": "diamond-open", "size": 10, "color": INK},
            )
        )
    looks = layout(_title(today, plan), 130 + 54 * len(names), barmode="group")
    looks["legend"] |= {"traceorder": "reversed"}
    figure = go.Figure(traces, looks)
    figure.update_xaxes(axis(f"spend over these weeks, {currency or 'currency units'}"))
    figure.update_yaxes(axis(autorange="reversed"))
    return figure


def _title(today: Spends, plan: Spends) -> str:
    """What the plan raises and cuts most; changes below a thousandth of the total are none."""
    least = _NOTICEABLE * max(sum(plan.values()), sum(today.values()))
    changes = {name: plan[name] - today[name] for name in plan}
    raised, cut = max(changes, key=changes.__getitem__), min(changes, key=changes.__getitem__)
    told = [f"raises {raised}"] if changes[raised] > least else []
    told += [f"cuts {cut}"] if changes[cut] < -least else []
    return f"The plan {' and '.join(told)} most" if told else "The plan keeps today's spend"


def _spends(answer: PlanAnswer | PlanOfCells) -> tuple[Spends, Spends, Spends | None]:
    """Spend by channel today, in the plan, and of the model alone where the plan is not its own."""
    if isinstance(answer, PlanOfCells):
        today = dict(zip(answer.names, answer.versus_current.spend.tolist(), strict=True))
        return today, dict(zip(answer.names, answer.spend.tolist(), strict=True)), None
    found = answer.plan.channels
    today = {each.name: each.current for each in found}
    own = {each.name: each.spend for each in found}
    moves = answer.moves
    if moves is None or moves.plan is None:
        return today, own, None
    return today, {each.name: each.spend for each in moves.plan.channels}, own
