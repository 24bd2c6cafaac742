"""What is identified, assumed or tested, case by case; and a proof by linear worlds.

The proof: random specifications with random linear equations over the unrolled weeks, for which the
covariance of all nodes is exact. Wherever the graph calls a total effect identified by a set, the
regression on that set must return the true effect of every week of the lever.
"""

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mmm.causal.effect_status import effect_statuses
from mmm.causal.graph import causal_graph
from mmm.causal.graph_answer import LeverEffects
from mmm.causal.identification import Identification, direct_effect, total_effect
from mmm.causal.time_unrolled import NOISE, UnrolledGraph, WeekNode, unroll
from mmm.errors import SpecError
from mmm.spec.model import ModelSpec, parse_spec
from tests.mmm.causal.test_graph import NONE, SMALL, add

BRAND = {**NONE, "mediators": [{"name": "m", "column": "m", "parents": ["x1"]}]}
STEADY = {
    "control": {"weekly": 100.0},
    "treatment": {"weekly": 200.0},
    "result": {"lift": 5.0, "se": 1.0},
}


def findings(document: dict, lever: str = "x1") -> tuple[Identification, Identification]:
    world = unroll(causal_graph(parse_spec(document)))
    return total_effect(world, lever), direct_effect(world, lever)


def statuses(document: dict) -> dict[str, LeverEffects]:
    spec = parse_spec(document)
    return {item.name: item for item in effect_statuses(causal_graph(spec), spec)}


def test_observed_common_causes_are_the_adjustment_set() -> None:
    total, direct = findings({**NONE, "controls": ["weather", "shelf"]})
    assert total.identified
    assert total.adjustment == direct.adjustment == ("weather", "shelf")
    series = {**SMALL, "demand": {"kind": "series", "column": "index"}}
    assert findings(series)[0].adjustment == ("demand",)


def test_a_mediator_belongs_to_the_total_effect_and_is_held_for_the_direct_one() -> None:
    total, direct = findings(BRAND)
    assert (total.identified, total.adjustment, total.mediators) == (True, (), ("m",))
    assert (direct.identified, direct.adjustment) == (True, ("m",))


def test_a_hidden_cause_of_mediator_and_kpi_spoils_both_effects() -> None:
    """The graph alone identifies the total, but the model's direct effects are positive: what the
    shared cause adds to the mediated part cannot be taken off them."""
    edges = {"unobserved": ["u"], "add": add("u>m", "u>kpi")}
    total, direct = findings({**BRAND, "edges": edges})
    assert not total.identified
    assert total.obstacles.hidden == ("u",)
    assert not direct.identified
    assert direct.obstacles.hidden == ("u",)
    reason = statuses({**BRAND, "edges": edges})["x1"].direct.reason
    assert "No column measures u: with m held" in reason


def test_the_front_door_is_not_enough_for_what_the_model_holds() -> None:
    removed = [{"from": "x1", "to": "kpi"}]
    edges = {"unobserved": ["u"], "add": add("u>x1", "u>kpi"), "remove": removed}
    total, direct = findings({**BRAND, "edges": edges})
    assert total.obstacles.hidden == ("u",)
    assert (direct.identified, direct.zero) == (True, True)


def test_the_front_door_and_instruments_are_named_in_the_advice() -> None:
    removed = [{"from": "x1", "to": "kpi"}]
    edges = {"unobserved": ["u"], "add": add("u>x1", "u>kpi"), "remove": removed}
    reason = statuses({**BRAND, "edges": edges})["x1"].total.reason
    assert "m carries the whole effect of x1" in reason
    instrument = {
        "unobserved": ["u"],
        "add": add("u>x1", "u>kpi", "weather>x1"),
        "remove": [{"from": "weather", "to": "kpi"}],
    }
    named = statuses({**NONE, "controls": ["weather"], "edges": instrument})
    assert "weather moves x1 and reaches the KPI in no other way" in named["x1"].total.reason
    confounded = {**instrument, "add": add("u>x1", "u>kpi", "weather>x1", "u>weather")}
    without = statuses({**NONE, "controls": ["weather"], "edges": confounded})
    assert "instrument" not in without["x1"].total.reason


def test_full_mediation_has_no_direct_effect() -> None:
    total, direct = findings({**BRAND, "edges": {"remove": [{"from": "x1", "to": "kpi"}]}})
    assert total.identified
    assert not total.zero
    assert direct.zero


def test_feedback_from_past_sales_is_no_confounding() -> None:
    total, _ = findings({**NONE, "edges": {"add": add("kpi>x1:1")}})
    assert (total.identified, total.adjustment) == (True, ("x2",))


def test_feedback_needs_the_past_noise_where_noise_remembers() -> None:
    document = {**NONE, "noise": {"kind": "ar1"}, "edges": {"add": add("kpi>x1:1")}}
    total, _ = findings(document)
    assert total.identified
    assert "the noise of past weeks" in total.adjustment


def test_another_budget_that_follows_is_held() -> None:
    total, direct = findings({**NONE, "edges": {"add": add("x1>x2")}})
    assert (total.identified, total.following_levers) == (True, ("x2",))
    assert direct.adjustment == ("x2",)
    latent = {**SMALL, "demand": {"kind": "latent", "drives": ["x2"]}}
    spoilt, _ = findings({**latent, "edges": {"add": add("x1>x2")}})
    assert spoilt.obstacles.hidden == ("demand",)
    assert findings(latent)[0].identified


def test_equations_identify_where_no_single_set_does() -> None:
    total, _ = findings({**BRAND, "edges": {"add": add("m>x2")}})
    assert (total.identified, total.by_equation) == (True, True)
    assert "m" in total.adjustment


def test_a_control_that_the_lever_moves_hides_a_part_of_the_total_effect() -> None:
    document = {**NONE, "controls": ["shelf"], "edges": {"add": add("x1>shelf")}}
    total, direct = findings(document)
    assert total.obstacles.misplaced == ("shelf",)
    assert direct.identified
    assert "make it a mediator" in statuses(document)["x1"].total.reason


@pytest.mark.parametrize("removed", [False, True])
def test_a_collider_spoils_the_effect_only_while_it_is_held(removed) -> None:
    edges = {"unobserved": ["u", "v"], "add": add("u>x1", "u>shelf", "v>shelf", "v>kpi")}
    edges |= {"remove": [{"from": "shelf", "to": "kpi"}]} if removed else {}
    total, _ = findings({**NONE, "controls": ["shelf"], "edges": edges})
    assert total.identified is removed
    assert findings({**NONE, "controls": ["shelf"], "edges": edges}, "x2")[0].identified


def test_a_control_that_would_settle_it_but_is_not_held_is_asked_for() -> None:
    edges = {
        "unobserved": ["u"],
        "add": add("u>shelf", "u>kpi", "shelf>x1"),
        "remove": [{"from": "shelf", "to": "kpi"}],
    }
    document = {**NONE, "controls": ["shelf"], "edges": edges}
    assert findings(document)[0].obstacles.missing == ("shelf",)
    assert "keep the edge to the KPI" in statuses(document)["x1"].total.reason


def test_price_is_a_lever_too() -> None:
    found = statuses({**SMALL, "price": {"column": "price"}})["price"]
    assert (found.kind, found.total.status) == ("price", "assumed")


def test_a_lift_test_settles_the_effect_that_it_measured() -> None:
    tested = statuses({**SMALL, "lift_tests": [{"channel": "x1", "name": "geo", **STEADY}]})
    assert tested["x1"].total.status == tested["x1"].direct.status == "tested"
    assert tested["x1"].total.tests == ("geo",)
    assert tested["x1"].total.reason.startswith("Measured by the lift test geo. Without it: ")
    assert tested["x2"].total.status == "assumed"


def test_a_test_of_the_total_effect_leaves_the_direct_one_and_the_reverse() -> None:
    silent = {key: value for key, value in BRAND.items() if key != "demand"}
    total = statuses({**silent, "lift_tests": [{"channel": "x1", **STEADY}]})["x1"]
    assert (total.total.status, total.direct.status) == ("tested", "assumed")
    path = {"path": ["x1", "kpi"]}
    direct = statuses({**silent, "lift_tests": [{"channel": "x1", **STEADY, **path}]})["x1"]
    assert (direct.total.status, direct.direct.status) == ("assumed", "tested")


CAUSES = ("x1", "x2", "m", "shelf", "weather", "u", "v", "kpi")
EFFECTS = ("x1", "x2", "m", "shelf", "kpi")


@st.composite
def specs(draw) -> ModelSpec:
    """Two channels, a mediator, two controls, two hidden causes, and edges drawn at random."""
    pairs = [(a, b) for a in CAUSES for b in EFFECTS if a != b]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=2, max_size=6))
    edges = [{"from": a, "to": b, "lag": draw(st.sampled_from([0, 0, 1]))} for a, b in chosen]
    removable = [(a, "kpi") for a in ("x1", "m", "shelf") if (a, "kpi") not in chosen]
    gone = draw(st.sets(st.sampled_from(removable), max_size=2)) if removable else set()
    document = {
        **BRAND,
        "channels": [{"name": n, "column": n, "adstock": {"max_lag": 1}} for n in ("x1", "x2")],
        "controls": ["shelf", "weather"],
        "edges": {
            "unobserved": ["u", "v"],
            "add": edges,
            "remove": [{"from": a, "to": b} for a, b in sorted(gone)],
        },
    }
    try:
        return parse_spec(document)
    except SpecError:
        assume(False)
        raise


@given(specs(), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_identified_total_effects_are_what_regression_returns(spec: ModelSpec, seed: int) -> None:
    world = unroll(causal_graph(spec), unfolded=("shelf", "weather"))
    weights, covariance, index = linear_world(world, seed)
    for lever in world.graph.levers:
        found = total_effect(world, lever)
        if found.identified and not (found.zero or found.by_equation):
            adjusted = nodes_of(world, found.adjustment)
            own = sorted(world.weeks([lever]))
            treated = [*own, *sorted(world.weeks(found.following_levers))]
            fitted = regression(covariance, index, world.outcome, [*treated, *adjusted])
            truth = controlled(weights, index, world.outcome, treated)
            np.testing.assert_allclose(fitted[: len(own)], truth[: len(own)], atol=1e-6)


def test_what_the_equations_identify_is_what_they_return() -> None:
    """x1 -> m -> kpi and x1 -> kpi, while x2 follows m: two regressions and their composition."""
    world = unroll(causal_graph(parse_spec({**BRAND, "edges": {"add": add("m>x2")}})))
    assert total_effect(world, "x1").by_equation
    weights, covariance, index = linear_world(world, 7)
    own, other = sorted(world.weeks(["x1"])), sorted(world.weeks(["x2"]))
    m = ("m", world.last)
    kpi = regression(covariance, index, world.outcome, [*own, m, *other])
    brand = regression(covariance, index, m, own)
    truth = controlled(weights, index, world.outcome, [*own, *other])[: len(own)]
    np.testing.assert_allclose(kpi[: len(own)] + kpi[len(own)] * brand, truth, atol=1e-8)


def nodes_of(world: UnrolledGraph, names: tuple[str, ...]) -> list[WeekNode]:
    """The nodes that an adjustment set names."""
    found: list[WeekNode] = []
    for text in names:
        name, _, back = text.partition(", ")
        whole = name in world.held_in_full
        weeks = range(world.last + 1) if whole else [world.last - int(back.partition(" ")[0] or 0)]
        found += [(name, week) for week in weeks]
    return found


def linear_world(
    world: UnrolledGraph, seed: int
) -> tuple[np.ndarray, np.ndarray, dict[WeekNode, int]]:
    """Coefficients by (effect, cause), the covariance that they imply, and the nodes' positions."""
    rng = np.random.default_rng(seed)
    index = {node: i for i, node in enumerate(nx.topological_sort(world.dag))}
    weights = np.zeros((len(index), len(index)))
    for cause, effect in world.dag.edges:
        weights[index[effect], index[cause]] = rng.uniform(0.3, 0.9) * rng.choice([-1.0, 1.0])
    reach = np.linalg.inv(np.eye(len(index)) - weights)
    return weights, reach @ reach.T, index


def controlled(weights, index, outcome: WeekNode, treated: list[WeekNode]) -> np.ndarray:
    """Effect on ``outcome`` of setting each treated node, the other treated cells held."""
    cut, rows = weights.copy(), [index[node] for node in treated]
    cut[rows] = 0.0
    return np.linalg.inv(np.eye(len(cut)) - cut)[index[outcome], rows]


def regression(covariance, index, outcome: WeekNode, given_nodes: list[WeekNode]) -> np.ndarray:
    rows = [index[node] for node in given_nodes]
    return np.linalg.solve(covariance[np.ix_(rows, rows)], covariance[rows, index[outcome]])


def test_the_proof_sees_a_wrong_set() -> None:
    """Without the weather, the same regression misses the truth."""
    spec = parse_spec({**NONE, "controls": ["weather"]})
    world = unroll(causal_graph(spec))
    weights, covariance, index = linear_world(world, 1)
    own = sorted(world.weeks(["x1"]))
    truth = controlled(weights, index, world.outcome, own)
    fitted = regression(covariance, index, world.outcome, own)
    assert np.abs(fitted - truth).max() > 0.01
    assert (NOISE, 0) not in index
