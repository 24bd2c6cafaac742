"""The causal graph as tables for a terminal."""

from rich.table import Table

from app.display.figures import titled
from mmm.causal.answer import EffectStatus, GraphAnswer, GraphEdge


def nodes_table(found: GraphAnswer) -> Table:
    """Each node with its causes; what is only possible in brackets."""
    rows = [
        (
            node.name,
            node.kind + (", unobserved" if node.kind == "demand" and not node.observed else ""),
            ", ".join(_cause(edge) for edge in found.edges if edge.effect == node.name),
        )
        for node in found.nodes
    ]
    return titled("graph", ("node", "kind", "causes (possible ones in brackets)"), rows, right=())


def effects_table(found: GraphAnswer) -> Table:
    """Status of each lever's effects; the direct one where it is another story."""
    rows = []
    for item in found.effects:
        rows.append((item.name, "total", *_effect(item.total)))
        if (item.direct.status, item.direct.reason) != (item.total.status, item.total.reason):
            rows.append(("", "direct", *_effect(item.direct)))
    return titled("effects", ("lever", "", "status", "why"), rows, right=())


def independence_table(found: GraphAnswer) -> Table:
    """What the graph says is unrelated, those nearest to being contradicted first."""
    tests = sorted(
        found.independencies.tests, key=lambda t: 2.0 if t.p_value is None else t.p_value
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
    heads = ("unrelated", "given", "correlation", "adjusted p", "detectable", "")
    return titled("tests of the graph", heads, rows, right=(2, 3, 4))


def _cause(edge: GraphEdge) -> str:
    lag = f", {edge.lag} week{'s' if edge.lag > 1 else ''} before" if edge.lag else ""
    text = f"{edge.cause}{lag}"
    return f"({text})" if edge.basis == "possible" else text


def _effect(effect: EffectStatus) -> tuple[str, str]:
    tipping = effect.tipping_point
    return effect.status, effect.reason + (f" {tipping.summary}" if tipping else "")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
