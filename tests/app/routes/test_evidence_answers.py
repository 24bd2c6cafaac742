"""The evidence record reaches every answer on which money is spent, and is null where there is
none."""

import pytest

from mmm.posterior.evidence import GRADES, LOWER_GRADES
from tests.app.fake_fit import REJECTED, TRUSTED
from tests.app.http.test_contract import HORIZON
from tests.app.running import fitted_model

CHANNELS = ("tv", "search", "radio", "mail")
PLAN = dict.fromkeys(CHANNELS, 250.0)
WINDOW = {"start": "2021-02-01", "end": "2021-03-01"}


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client, TRUSTED)


@pytest.fixture(scope="module")
def record(client, model_id: str) -> dict:
    found: dict = client.get(f"/v1/models/{model_id}").json()["evidence"]
    return {lever["name"]: lever for lever in found["levers"]}


def posted(client, model_id: str, question: str, body: dict) -> dict:
    answer = client.post(f"/v1/models/{model_id}/{question}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict = answer.json()
    return found


def test_the_model_carries_the_whole_record(record: dict) -> None:
    assert set(record) == {*CHANNELS, "price"}
    for lever in record.values():
        assert lever["label"] == GRADES[lever["grade"]]
        assert lever["reason"]


def test_contributions_and_curves_carry_the_grades(client, model_id: str, record: dict) -> None:
    for question in ("contributions", "curves"):
        grades = client.get(f"/v1/models/{model_id}/{question}").json()["evidence"]
        assert {name: note["grade"] for name, note in grades.items()} == {
            name: lever["grade"] for name, lever in record.items()
        }


def test_a_what_if_carries_the_grades_of_what_it_moves(client, model_id: str, record: dict) -> None:
    weeks = client.get(f"/v1/models/{model_id}").json()["data"]
    body = {
        "window": {"start": weeks["start"], "end": weeks["end"]},
        "do": [{"variable": "tv", "scale": 2.0}, {"variable": "rival.spend", "scale": 2.0}],
    }
    answer = posted(client, model_id, "counterfactual", body)
    assert set(answer["evidence"]) == {"tv"}
    assert answer["evidence"]["tv"]["reason"] == record["tv"]["reason"]


def test_plans_carry_the_grades_and_warn_of_weak_ones(client, model_id: str, record: dict) -> None:
    allocated = posted(
        client, model_id, "allocate", {"horizon": HORIZON, "budget": {"total": 1000}}
    )
    more = {"horizon": HORIZON, "plan": dict.fromkeys(CHANNELS, 2500.0), "explore": True}
    evaluated = posted(client, model_id, "evaluate-plan", more)
    assert set(allocated["evidence"]) == set(evaluated["evidence"]) == set(record)
    weak = [name for name in CHANNELS if record[name]["grade"] in LOWER_GRADES]
    assert weak, "the fake model has a channel with a lower grade"
    for name in weak:
        begin = f"{name}: {record[name]['label'].lower()}. "
        assert any(text.startswith(begin) for text in evaluated["warnings"])
    strong = [name for name in CHANNELS if record[name]["grade"] not in LOWER_GRADES]
    for name in strong:
        assert not any(text.startswith(f"{name}: ") for text in evaluated["warnings"])


def test_a_cut_of_a_channel_too_small_to_measure_is_no_doubt(
    client, model_id: str, record: dict
) -> None:
    less = dict.fromkeys(CHANNELS, 0.1)
    plan = posted(client, model_id, "evaluate-plan", {"horizon": HORIZON, "plan": less})
    small = [name for name in CHANNELS if record[name]["grade"] == "too_small"]
    assert not any(text.startswith(f"{name}: ") for name in small for text in plan["warnings"])


def test_a_model_without_a_record_answers_null(client) -> None:
    model_id = fitted_model(client, REJECTED)
    assert client.get(f"/v1/models/{model_id}").json()["evidence"] is None
    assert client.get(f"/v1/models/{model_id}/contributions").json()["evidence"] is None
    body = {"horizon": HORIZON, "plan": PLAN, "accept_rejected": True}
    assert posted(client, model_id, "evaluate-plan", body)["evidence"] is None
