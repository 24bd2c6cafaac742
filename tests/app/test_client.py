"""The typed client against a real service whose fits are fakes."""

import pytest

from app.client import ATTEMPTS, Client, OperationError, ServiceError
from app.documents import OperationDocument
from tests.app.fake_fit import RAISES, SLOW
from tests.app.running import rows, serving, wait_until
from tests.mmm.fakes import RICH, table

WINDOW = {"start": "2022-11-07", "end": "2023-01-30"}


@pytest.fixture(scope="module")
def api(client):
    with Client(str(client.base_url)) as found:
        yield found


@pytest.fixture(scope="module")
def model_id(api) -> str:
    content = table().to_csv(index=False).encode()
    dataset = api.create_dataset(content, name="shop")
    assert dataset.profile.rows == 60
    seen: list[OperationDocument] = []
    operation = api.fit({"dataset_id": dataset.id}, RICH, {"seed": 0, "draws": 50}, name="first")
    done = api.wait(operation, seen.append, every=0.05)
    assert seen[-1].status == "succeeded"
    return str(done.result["model_id"])


def test_a_model_answers_every_question(api, model_id) -> None:
    assert api.model(model_id).verdict.status == "trusted"
    assert {c.name for c in api.contributions(model_id).channels} == {
        "tv",
        "search",
        "radio",
        "mail",
    }
    assert api.curves(model_id).channels[0].name == "tv"
    question = {"window": WINDOW, "do": [{"variable": "tv", "scale": 0.0}]}
    assert api.counterfactual(model_id, question).effect.mean < 0.0
    assert "<!doctype html>" in api.report(model_id)
    assert api.posterior(model_id)[:4] == b"\x89HDF"


def test_an_allocation_comes_back_typed(api, model_id) -> None:
    request = {"horizon": {"start": "2023-02-27", "weeks": 4}, "budget": {"total": 500.0}}
    found = api.allocate(model_id, request)
    assert found.plan.total == pytest.approx(500.0)


def test_check_tells_the_weeks_and_refuses_with_the_problem(api) -> None:
    assert api.check({"rows": rows()}, RICH).weeks == 60
    with pytest.raises(ServiceError) as refused:
        api.check({"rows": rows()}, {**RICH, "controls": ["gone"]})
    assert refused.value.problem.status == 422
    assert refused.value.problem.errors[0].code == "column_missing"


def test_what_is_not_there_is_a_404(api) -> None:
    with pytest.raises(ServiceError, match="404 not_found"):
        api.model("m_nothing")


def test_a_failed_and_a_cancelled_fit_raise_with_the_operation(api) -> None:
    failed = api.fit({"rows": rows()}, RICH, {"seed": RAISES, "draws": 50})
    with pytest.raises(OperationError) as error:
        api.wait(failed, every=0.05)
    assert error.value.operation.status == "failed"
    slow = api.fit({"rows": rows()}, RICH, {"seed": SLOW, "draws": 50})
    wait_until(lambda: api.operation(slow.id).status == "running")
    api.cancel(slow.id)
    with pytest.raises(OperationError, match="cancelled"):
        api.wait(slow, every=0.05)


@pytest.mark.parametrize("refusals", [1, 9])
def test_a_busy_service_is_asked_again_a_few_times(refusals) -> None:
    asked = []

    async def busy(scope, receive, send) -> None:
        asked.append(scope["path"])
        status = 503 if len(asked) <= refusals else 204
        headers = [(b"retry-after", b"0")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    with serving(busy) as server, Client(str(server.base_url)) as api:
        if refusals < ATTEMPTS:
            api.delete_model("m")
        else:
            with pytest.raises(ServiceError, match="503"):
                api.delete_model("m")
    assert len(asked) == min(refusals + 1, ATTEMPTS)
