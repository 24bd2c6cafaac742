"""Front doors and instruments on graphs whose answer is known."""

import numpy as np
import pytest

from tests.mmm.causal.test_graph import NONE, add
from tests.mmm.causal.test_identification import BRAND, statuses


@pytest.mark.parametrize(
    ("added", "removed", "ways"),
    [
        pytest.param("u>x1 u>kpi", "x1", [("front_door", "m", ())], id="front door"),
        pytest.param("u>x1 u>kpi u>m", "x1", [], id="a front door that u spoils"),
        pytest.param("u>x1 u>kpi", "", [], id="a direct path around it"),
        pytest.param("u>x1 u>kpi z>x1", "z", [("instrument", "z", ())], id="instrument"),
        pytest.param("u>x1 u>kpi z>x1", "", [], id="excluded nowhere"),
        pytest.param("u>x1 u>kpi z>x1 u>z", "z", [], id="an instrument that u moves"),
        pytest.param(
            "u>x1 u>kpi z>x1 w>z w>x1",
            "z",
            [("instrument", "z", ("w",))],
            id="conditional instrument",
        ),
    ],
)
def test_ways_around_a_hidden_cause_on_graphs_of_known_answer(added, removed, ways) -> None:
    """Pearl (2009), 3.3.2 and 7.4.5; Brito and Pearl (2002), Generalized instruments."""
    edges = {
        "unobserved": ["u"],
        "add": add(*added.split()),
        "remove": [{"from": name, "to": "kpi"} for name in removed.split()],
    }
    controls = [name for name in ("z", "w") if f"{name}>" in added]
    document = {**(NONE if controls else BRAND), "controls": controls, "edges": edges}
    found = statuses(document)["x1"].total
    assert found.status == "assumed"
    named = [(way.kind, way.by, way.given) for way in found.other_ways]
    assert named == ways


def test_with_the_lever_held_the_path_through_a_front_door_is_its_effect() -> None:
    """As the advice says. Covariances are exact: x = u + e, m = 0.7 x + e, y = 0.5 m + 2 u + e."""
    x = np.array([1.0, 1.0, 0.0, 0.0])  # by u and the noises of x, m, y
    m = 0.7 * x + [0.0, 0.0, 1.0, 0.0]
    y = 0.5 * m + [2.0, 0.0, 0.0, 1.0]
    causes = np.stack([x, m])
    held = np.linalg.solve(causes @ causes.T, causes @ y)
    assert held[1] * (m @ x) / (x @ x) == pytest.approx(0.35, rel=1e-12)
    assert (m @ y) / (m @ m) * 0.7 > 0.5  # x left out of the KPI's equation
