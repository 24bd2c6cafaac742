"""Plans under a mixture of models: for what it is asked, best under it, refused by name."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_requests import EvaluatePlanBody, MixedModel
from app.services.planning.allocate import allocate_model
from app.services.planning.evaluate_plan import evaluation
from app.services.planning.mix.named import mix_of
from app.services.planning.responses import ModelMix, response_of
from mmm.errors import QueryError
from mmm.posterior.fitted import FittedModel
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.running import fitted_model, wait_for
from tests.app.services.test_moves import body, graded
from tests.mmm.fakes import fake_model

WEIGHTS = (0.4, 0.6)
NAMED = [{"model_id": "a", "weight": 0.4}, {"model_id": "b", "weight": 0.6}]


@pytest.fixture(scope="module")
def pair() -> tuple[FittedModel, FittedModel]:
    """Two models of the same data that disagree: their draws are of different priors' seeds."""
    first = graded(fake_model(draws=60))
    return first, graded(replace(first, posterior=fake_model(draws=60, seed=9).posterior))


def planned(model: FittedModel, mix: ModelMix | None = None, **asked: Any) -> AllocationAnswer:
    named = {} if mix is None else {"mix": NAMED}
    question = body(model, prove=False, **named, **asked)
    return allocate_model(model, question, respond=mix or response_of, mix=mix)


def spend_of(answer: AllocationAnswer) -> np.ndarray:
    return np.array([channel.spend for channel in answer.plan.channels])


def test_no_plan_of_one_model_is_better_under_the_mixture(pair):
    mix = ModelMix(pair, WEIGHTS)
    expected: dict[str, Any] = {"objective": {"kind": "expected"}, "after": "zero"}
    both = planned(pair[0], mix, **expected)
    question = body(pair[0], **expected)
    response = mix(pair[0], question, "value", None)

    def gain(spend: np.ndarray) -> float:
        return float(response.draws(spend).mean() - spend.sum())

    alone = [spend_of(planned(model, **expected)) for model in pair]
    assert np.abs(alone[0] - alone[1]).sum() > 0.05 * alone[0].sum()  # the two disagree
    best = gain(spend_of(both))
    assert both.gain.mean == pytest.approx(best)
    for spend in alone:
        assert best >= gain(spend) - 1e-6 * abs(best)
    assert best > max(map(gain, alone))  # and neither of their plans is that of the mixture


def test_a_mixture_of_copies_plans_as_the_model_does(pair):
    copies = ModelMix((pair[0], pair[0]), WEIGHTS)
    alone, mixed = planned(pair[0]), planned(pair[0], copies)
    np.testing.assert_allclose(spend_of(mixed), spend_of(alone), rtol=1e-4, atol=0.5)
    assert mixed.gain.mean == pytest.approx(alone.gain.mean, rel=1e-6)
    assert mixed.moves is not None
    assert alone.moves is not None
    told = {move.channel for move in alone.moves.do_now}
    assert {move.channel for move in mixed.moves.do_now} == told


def test_a_given_plan_is_judged_by_the_mixture(pair):
    first, mix = pair[0], ModelMix(pair, WEIGHTS)
    plan = dict.fromkeys(first.structure.paid_channels, 200.0)
    start = first.panel.weeks[-1] + timedelta(weeks=1)
    document = {"horizon": {"start": start, "weeks": 6}, "plan": plan, "explore": True}
    question = EvaluatePlanBody.model_validate({**document, "mix": NAMED})
    found = evaluation(first, question, respond=mix, mix=mix)
    own = [evaluation(m, EvaluatePlanBody.model_validate(document)).gain.mean for m in pair]
    # 24 and 36 of 60 draws: each share's own mean differs from its model's by its Monte Carlo error
    assert min(own) < found.gain.mean < max(own)
    assert found.moves is not None


def test_a_mixture_is_refused_where_it_cannot_be_looked_up(pair):
    with pytest.raises(QueryError, match="named by the ids of a service") as refused:
        allocate_model(pair[0], body(pair[0], mix=NAMED))
    assert refused.value.issues[0].pointer == "/mix"


def test_names_are_resolved_once_each_and_the_path_comes_first(pair):
    named = [MixedModel(model_id="b", weight=0.5), MixedModel(model_id="a", weight=0.2),
             MixedModel(model_id="b", weight=0.3)]  # fmt: skip
    found = mix_of(pair[0], "a", named, lambda _: pair[1])
    assert found is not None
    assert found.models == pair
    assert found.weights == pytest.approx((0.2, 0.8))
    assert mix_of(pair[0], "a", [], lambda _: pair[1]) is None
    with pytest.raises(QueryError, match="does not name 'a'"):
        mix_of(pair[0], "a", named[:1], lambda _: pair[1])
    other = fake_model(weeks=61, draws=5)
    with pytest.raises(QueryError, match="different weeks") as refused:
        mix_of(pair[0], "a", named, lambda _: other)
    assert refused.value.issues[0].pointer == "/mix/0/model_id"


def test_over_http_a_mixture_of_one_file_answers_as_the_model(client):
    one, two = fitted_model(client), fitted_model(client)
    asked = {"horizon": HORIZON, "budget": {"total": 1000.0}, "stay": False}
    mix = [{"model_id": one, "weight": 0.5}, {"model_id": two, "weight": 0.5}]
    path = f"/v1/models/{one}"
    alone = client.post(f"{path}/allocate", json=asked).json()
    mixed = client.post(f"{path}/allocate", json={**asked, "mix": mix})
    assert mixed.status_code == 200, mixed.text
    assert mixed.json()["gain"] == pytest.approx(alone["gain"], rel=1e-4)
    queued = client.post(
        f"{path}/allocate", json={**asked, "mix": mix}, headers={"Prefer": "respond-async"}
    )
    done = wait_for(client, queued.json()["id"])
    assert done["result"]["allocation"]["gain"] == pytest.approx(alone["gain"], rel=1e-4)
    totals = {**{k: v for k, v in asked.items() if k != "budget"}, "totals": [900.0, 1000.0]}
    points = client.post(f"{path}/frontier", json={**totals, "budget": {"max": 2e3}, "mix": mix})
    done = wait_for(client, points.json()["id"])
    assert done["result"]["frontier"]["points"][1]["gain"] == pytest.approx(alone["gain"], rel=1e-4)
    plan = {channel["name"]: channel["spend"] for channel in alone["plan"]["channels"]}
    for question in ("evaluate-plan", "plan-odds"):
        given = {"horizon": HORIZON, "plan": plan}
        told = [
            client.post(f"{path}/{question}", json={**given, **more}).raise_for_status().json()
            for more in ({}, {"mix": mix})
        ]
        assert told[1]["gain"] == pytest.approx(told[0]["gain"], rel=1e-6)


def test_what_a_mixture_may_not_name(client):
    own = fitted_model(client)

    def refused(mix: list[dict[str, Any]]):
        asked = {"horizon": HORIZON, "budget": {"total": 1000.0}, "mix": mix}
        return client.post(f"/v1/models/{own}/allocate", json=asked)

    half = {"model_id": own, "weight": 0.5}
    unknown = refused([half, {"model_id": "mdl_nobody", "weight": 0.5}])
    assert_problem(unknown, 404, "not_found")
    assert "mdl_nobody" in unknown.json()["detail"]
    assert_problem(refused([half]), 422, "validation")
    assert_problem(refused([{**half, "weight": 1 / 7}] * 7), 422, "validation")
    assert_problem(refused([{"model_id": "mdl_other", "weight": 1.0}]), 422, "invalid_query")
    failed = refused([half, {"model_id": fitted_model(client, 1), "weight": 0.5}])
    assert_problem(failed, 409, "model_rejected")
