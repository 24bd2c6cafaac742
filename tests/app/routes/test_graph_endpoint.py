"""The causal graph over HTTP and on the command line, for a model that was fitted in name only."""

import json

import pytest

from app.contract.query_answers import ModelGraphAnswer
from mmm.posterior.fitted import save_model
from tests.app.console.test_cli import prudent
from tests.app.fake_fit import REJECTED, TRUSTED
from tests.app.running import fitted_model
from tests.mmm.fakes import RICH, fake_model

DECLARED = {
    **RICH,
    "demand": {"kind": "none"},
    "controls": [{"name": "shelf", "column": "demand"}],
    "edges": {"add": [{"from": "tv", "to": "shelf"}]},
}


@pytest.fixture(scope="module")
def document(client) -> dict:
    answer = client.get(f"/v1/models/{fitted_model(client, TRUSTED)}/graph")
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()
    return found


def test_nodes_and_edges_are_told_with_who_says_so(document) -> None:
    nodes = {node["name"]: node for node in document["nodes"]}
    assert {name for name, node in nodes.items() if node["treated"]} == {
        "tv",
        "search",
        "radio",
        "mail",
        "price",
    }
    assert nodes["demand (unobserved)"] == {
        "name": "demand (unobserved)",
        "kind": "demand",
        "observed": False,
        "treated": False,
    }
    tv = next(edge for edge in document["edges"] if edge["from"] == "tv")
    assert tv == {"from": "tv", "to": "kpi", "lag": 0, "carryover": 6, "basis": "implied"}


def test_every_channel_and_the_price_has_its_effects_and_tipping_points(document) -> None:
    effects = {effect["name"]: effect for effect in document["effects"]}
    assert list(effects) == ["tv", "search", "radio", "mail", "price"]
    for effect in effects.values():
        for which in ("total", "direct"):
            assert effect[which]["status"] == "assumed"
            assert effect[which]["adjustment_set"] is None
            assert 0.0 <= effect[which]["tipping_point"]["to_zero"] < 1.0
            assert "lift test" in effect[which]["reason"]


def test_what_else_is_told(document) -> None:
    assert document["background"] == ["trend (linear)", "season (2 yearly harmonics)"]
    assert document["warnings"] == []
    assert document["independencies"]["tests"] == []
    assert "implies no independence" in document["independencies"]["note"]
    assert document["verdict"] == "trusted"
    assert ModelGraphAnswer.model_validate(document).effects[0].name == "tv"


def test_the_graph_of_a_rejected_model_carries_its_verdict(client) -> None:
    answer = client.get(f"/v1/models/{fitted_model(client, REJECTED)}/graph")
    assert (answer.status_code, answer.json()["verdict"]) == (200, "rejected")


def test_an_absent_model_has_no_graph(client) -> None:
    answer = client.get("/v1/models/mdl_00000000000000000000000000/graph")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_command_line_tells_status_warnings_and_tests(tmp_path) -> None:
    save_model(fake_model(DECLARED), tmp_path / "model.nc")
    text = prudent("graph", "model.nc", folder=tmp_path)
    assert text.returncode == 0, text.stderr
    assert "kpi, 1 week before and tv" in text.stdout
    assert "identified" in text.stdout
    assert "declare shelf a mediator" in text.stderr
    found = json.loads(prudent("graph", "model.nc", "--json", folder=tmp_path).stdout)
    total = {effect["name"]: effect["total"] for effect in found["effects"]}
    assert total["tv"]["status"] == "assumed"
    assert total["radio"]["status"] == "identified"
    assert total["radio"]["adjustment_set"] == ["rival.price", "rival.spend"]
    assert [warning["code"] for warning in found["warnings"]] == ["mediator"]
    assert found["independencies"]["tests"][0]["first"] == "kpi, 1 week before"
