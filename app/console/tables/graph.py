"""The causal graph as tables for a terminal."""

from rich.table import Table

from app.display.figures import titled
from mmm.causal.graph_answer import EffectStatus, GraphAnswer, GraphEdge


def nodes_table(answer: GraphAnswer) -> Table:
    """Each node with its causes; edges that are only possible are in parentheses."""
    rows = [
        (
            node.name,
            node.kind + (", unobserved" if node.kind == "demand" and not node.observed else ""),
            ", ".join(_cause(edge) for edge in answer.edges if edge.effect == node.name),
        )
        for node in answer.nodes
    ]
    heads = ("node", "kind", "causes (possible causes in parentheses)")
    return titled("graph", heads, rows, right=())


def effects_table(answer: GraphAnswer) -> Table:
    """The status of each lever's total effect, and of its direct effect where that differs."""
    rows = []
    for item in answer.effects:
        rows.append((item.name, "total", *_effect(item.total)))
        if (item.direct.status, item.direct.reason) != (item.total.status, item.total.reason):
            rows.append(("", "direct", *_effect(item.direct)))
    return titled("effects", ("lever", "", "status", "why"), rows, right=())


def independence_table(answer: GraphAnswer) -> Table:
    """The conditional independencies that the graph implies, smallest p-value first."""
    tests = sorted(
        answer.independencies.tests, key=lambda t: 2.0 if t.p_value is None else t.p_value
    )
    rows = [
        (
            f"{t.first} and {t.second}",
            ", ".join(t.given),
            _number(t.correlation),
            _number(t.p_adjusted),
            _number(t.detectable),
            t.if_contradicted if t.contradicted else t.note or "",
        )
        for t in tests
    ]
    heads = ("independent", "given", "correlation", "adjusted p", "detectable", "")
    return titled("implied independencies", heads, rows, right=(2, 3, 4))


def _cause(edge: GraphEdge) -> str:
    lag = f", {edge.lag} week{'s' if edge.lag > 1 else ''} earlier" if edge.lag else ""
    text = f"{edge.cause}{lag}"
    return f"({text})" if edge.basis == "possible" else text


def _effect(effect: EffectStatus) -> tuple[str, str]:
    tipping = effect.tipping_point
    return effect.status, effect.reason + (f" {tipping.summary}" if tipping else "")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
