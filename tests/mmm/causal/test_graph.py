"""The graph of a specification: its nodes, its edges, who says so, and what its weeks look like."""

import pytest

from mmm.causal.control_roles import control_warnings
from mmm.causal.explain_graph import explain_graph
from mmm.causal.graph import CausalGraph, causal_graph
from mmm.causal.time_unrolled import NOISE, unroll
from mmm.spec.model import parse_spec
from tests.mmm.fakes import RICH, fake_model

SMALL = {"kpi": {"column": "sales"}, "date": "week", "channels": ["x1", "x2"]}
NONE = {**SMALL, "demand": {"kind": "none"}}


def graph_of(document: dict) -> CausalGraph:
    return causal_graph(parse_spec(document))


def edges(found: CausalGraph) -> dict[tuple[str, str], str]:
    return {(edge.cause, edge.effect): edge.basis for edge in found.edges}


def add(*texts: str) -> list[dict]:
    """``"kpi>x1:2"`` is an edge from the kpi to x1 with a lag of two weeks."""
    found = []
    for text in texts:
        ends, _, lag = text.partition(":")
        cause, _, effect = ends.partition(">")
        found.append({"from": cause, "to": effect, "lag": int(lag or 0)})
    return found


def test_demand_that_is_not_spoken_of_may_move_everything() -> None:
    found = graph_of(SMALL)
    node = {item.name: item for item in found.nodes}["demand"]
    assert (node.kind, node.observed, node.treated) == ("demand", False, False)
    possible = {pair for pair, basis in edges(found).items() if basis == "possible"}
    assert possible == {("demand", "x1"), ("demand", "x2"), ("demand", "kpi")}


def test_undeclared_demand_may_move_a_mediator_and_the_price_too() -> None:
    brand = {"mediators": [{"name": "m", "column": "m", "parents": ["x1"]}]}
    found = edges(graph_of({**SMALL, **brand, "price": {"column": "price"}}))
    assert found["demand", "m"] == found["demand", "price"] == "possible"


def test_demand_declared_none_is_no_node() -> None:
    assert "demand" not in graph_of(NONE).kinds
    assert set(edges(graph_of(NONE))) == {("x1", "kpi"), ("x2", "kpi")}


def test_a_series_of_demand_is_an_observed_common_cause() -> None:
    found = graph_of({**SMALL, "demand": {"kind": "series", "column": "index"}})
    assert found.kinds["demand"] == "demand"
    assert "demand" in found.exogenous
    assert {pair for pair in edges(found) if pair[0] == "demand"} == {
        ("demand", "x1"),
        ("demand", "x2"),
        ("demand", "kpi"),
    }


def test_latent_demand_drives_the_channels_it_is_said_to_drive() -> None:
    found = graph_of({**SMALL, "demand": {"kind": "latent", "drives": ["x1"]}})
    assert found.hidden == ("demand",)
    assert edges(found)["demand", "x1"] == "declared"
    assert edges(found)["demand", "kpi"] == "implied"
    assert ("demand", "x2") not in edges(found)


def test_a_control_named_demand_keeps_its_name() -> None:
    found = graph_of({**SMALL, "controls": ["demand"]})
    assert found.kinds["demand"] == "control"
    assert found.hidden == ("demand (unobserved)",)


def test_every_kind_of_node_and_the_carryover_of_its_edge() -> None:
    found = graph_of({**RICH, "events": [{"name": "promo", "column": "promo"}]})
    assert found.kinds == {
        "tv": "channel",
        "search": "channel",
        "radio": "channel",
        "mail": "channel",
        "demand": "control",
        "promo": "event",
        "price": "price",
        "rival.price": "rival_price",
        "rival.spend": "rival_spend",
        "kpi": "kpi",
        "demand (unobserved)": "demand",
    }
    assert found.levers == ("tv", "search", "radio", "mail", "price")
    carryover = {edge.cause: edge.carryover for edge in found.causes("kpi")}
    assert (carryover["tv"], carryover["mail"], carryover["rival.spend"]) == (6, 0, 8)
    assert found.background == ("trend (linear)", "season (2 yearly harmonics)")


def test_budgets_and_price_may_follow_what_is_observed_unless_its_causes_are_declared() -> None:
    document = {**NONE, "controls": ["weather", "shelf"], "price": {"column": "price"}}
    free = edges(graph_of(document))
    assert free["weather", "x1"] == free["weather", "price"] == free["shelf", "x2"] == "possible"
    said = {"unobserved": ["u"], "add": add("u>shelf", "weather>x1:1")}
    told = edges(graph_of({**document, "edges": said}))
    assert ("shelf", "x1") not in told
    assert told["weather", "x1"] == "declared"
    assert told["weather", "x2"] == "possible"


def test_edges_are_called_from_and_to_in_json() -> None:
    document = graph_of({**NONE, "edges": {"add": add("kpi>x1:1")}}).model_dump(mode="json")
    assert document["edges"][-1] == {
        "from": "kpi",
        "to": "x1",
        "lag": 1,
        "carryover": 0,
        "basis": "declared",
    }
    assert CausalGraph.model_validate(document).kinds["kpi"] == "kpi"


def test_weeks_lay_feedback_out_without_a_cycle() -> None:
    world = unroll(graph_of({**NONE, "edges": {"add": add("kpi>x1:1", "kpi>x2:3")}}))
    assert world.last >= 4
    assert world.dag.has_edge(("kpi", 0), ("x1", 1))
    assert world.dag.has_edge(("kpi", 0), ("x2", 3))
    assert not world.dag.has_edge(("kpi", 0), ("kpi", 1))
    assert world.dag.has_edge(("x1", 0), ("x1", 1))
    assert world.dag.has_edge(("x1", 0), ("kpi", 2))


def test_autoregressive_noise_is_known_but_for_the_last_week() -> None:
    world = unroll(graph_of({**NONE, "noise": {"kind": "ar1"}}))
    assert (NOISE, world.last - 1) in world.observed
    assert (NOISE, world.last) not in world.observed
    assert world.dag.has_edge((NOISE, 0), (NOISE, 1))


def test_series_with_equal_edges_are_folded_and_named_again() -> None:
    found = graph_of({**NONE, "controls": ["a", "b", "c"], "edges": {"add": add("c>x1:1")}})
    world = unroll(found)
    assert world.folded == {"a": ("a", "b")}
    assert ("b", 0) not in world.dag
    assert world.members(["c", "a"]) == ("c", "a", "b")
    assert ("b", 0) in unroll(found, unfolded=["b"]).dag


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"add": add("x1>shelf")}, "mediator", ["x1 -> shelf", "shelf -> kpi"]),
        ({"add": add("kpi>shelf:1")}, "descendant", ["x1 -> kpi", "kpi -> shelf"]),
        (
            {"add": add("x1>shelf"), "remove": add("shelf>kpi")},
            "descendant",
            ["x1 -> shelf"],
        ),
        (
            {"unobserved": ["u", "v"], "add": add("u>x1", "u>shelf", "v>shelf", "v>kpi")},
            "collider",
            ["u -> shelf", "v -> shelf"],
        ),
    ],
)
def test_a_control_that_should_not_be_held_is_named_with_its_edges(changes, code, words) -> None:
    removed = [{"from": e["from"], "to": e["to"]} for e in changes.get("remove", [])]
    document = {**NONE, "controls": ["shelf"], "edges": {**changes, "remove": removed}}
    (warning,) = control_warnings(graph_of(document))
    assert (warning.code, warning.name) == (code, "shelf")
    assert set(words) <= set(warning.edges)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"unobserved": ["u"], "add": add("u>shelf", "u>x1")},
        {"unobserved": ["u"], "add": add("u>shelf", "u>kpi")},
        {
            "unobserved": ["u", "v"],
            "add": add("u>x1", "u>shelf", "v>shelf", "v>kpi"),
            "remove": [{"from": "shelf", "to": "kpi"}],
        },
    ],
    ids=["plain", "one cause", "one cause of the kpi", "a collider that is not held"],
)
def test_a_control_that_may_be_held_raises_no_warning(changes) -> None:
    assert control_warnings(graph_of({**NONE, "controls": ["shelf"], "edges": changes})) == ()


TWO = {
    "kpi": {"column": "sales"},
    "date": "week",
    "channels": [{"name": "x1", "column": "tv_spend"}, {"name": "x2", "column": "search_spend"}],
}


def test_undeclared_confounding_is_assumed_with_its_tipping_point_and_none_clears_it() -> None:
    silent = {item.name: item for item in explain_graph(fake_model(TWO)).effects}
    assert silent["x1"].total.status == "assumed"
    assert silent["x1"].total.adjustment_set is None
    assert "does not mention demand" in silent["x1"].total.reason
    point = silent["x1"].total.tipping_point
    assert point is not None
    assert 0.0 < point.interval_to_zero < point.to_zero < 1.0
    cleared = explain_graph(fake_model({**TWO, "demand": {"kind": "none"}}))
    for item in cleared.effects:
        assert (item.total.status, item.direct.status) == ("identified", "identified")
        assert (item.total.adjustment_set, item.total.tipping_point) == ((), None)
    assert any("taken at its word" in note for note in cleared.notes)


def test_latent_demand_leaves_what_it_drives_assumed_and_the_rest_identified() -> None:
    latent = {**TWO, "demand": {"kind": "latent", "drives": ["x1"]}}
    found = {item.name: item.total for item in explain_graph(fake_model(latent)).effects}
    assert found["x1"].status == "assumed"
    assert "model of latent demand" in found["x1"].reason
    assert found["x1"].tipping_point is not None
    assert found["x2"].status == "identified"
