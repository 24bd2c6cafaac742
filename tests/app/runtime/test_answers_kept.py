"""Answers of a running service that are kept in memory: right, shared, bounded, nobody else's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from pydantic import SecretStr

from app.db.database import open_database
from app.main import create_app
from app.runtime.cache import Cache
from app.runtime.metrics import CACHE_EVICTIONS, CACHE_LOOKUPS
from app.settings import Settings
from mmm.attribution.contributions import contributions
from mmm.attribution.response_curves import response_curves
from mmm.causal.explain_graph import explain_graph
from mmm.posterior.fitted import load_model
from tests.app.fake_fit import TRUSTED
from tests.app.keyed import KeyedService
from tests.app.running import fake_command, fitted_model, serving

READS = (
    "contributions",
    "contributions?by=week",
    "contributions?by=geo",
    "curves",
    "graph",
    "report",
)


BUDGET = 1_200_000
"""All answers of two models with what they are computed from, no more."""

type Running = tuple[httpx.Client, httpx.Client, Cache]


@pytest.fixture(scope="module")
def running(tmp_path_factory, models) -> Iterator[Running]:
    """Clients of two tenants of one service, and its memory."""
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("service"),
        warm_worker=False,
        cache_bytes=BUDGET,
        auth="keys",
        key_secret=SecretStr("k" * 32),
    )
    app = create_app(settings, fit_command=fake_command(models))
    database = open_database(settings.resolved_database_url)
    with serving(app) as client:
        service = KeyedService(app, client, database)
        with service.of("us") as us, service.of("them") as them:
            yield us, them, app.state.context.cache
    database.close()


def made() -> float:
    return float(CACHE_LOOKUPS.labels("answer", "miss")._value.get())


def test_a_kept_answer_is_the_computed_one(running, models) -> None:
    client, _, _ = running
    model, path = load_model(models / "trusted.nc"), f"/v1/models/{fitted_model(client, TRUSTED)}"
    computed = {
        "contributions?by=week": contributions(model, "week"),
        "curves": response_curves(model),
        "graph": explain_graph(model),
    }
    for read in READS:
        first, before = client.get(f"{path}/{read}").raise_for_status(), made()
        second = client.get(f"{path}/{read}")
        assert made() == before
        assert (second.content, second.headers["etag"]) == (first.content, first.headers["etag"])
        if read in computed:
            expected = computed[read].model_dump(mode="json")
            assert {name: second.json()[name] for name in expected} == expected


def test_a_table_and_a_document_of_one_question_are_kept_apart(running) -> None:
    client, _, _ = running
    path = f"/v1/models/{fitted_model(client, TRUSTED)}/contributions"
    for _ in range(2):
        assert client.get(path).headers["content-type"] == "application/json"
        assert (
            "text/csv" in client.get(path, headers={"accept": "text/csv"}).headers["content-type"]
        )


def test_many_who_ask_at_once_cost_one_computation(running) -> None:
    client, _, _ = running
    path, before = f"/v1/models/{fitted_model(client, TRUSTED)}/graph", made()
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: client.get(path).raise_for_status().content, range(12)))
    assert len(set(answers)) == 1
    assert made() == before + 1


def test_answers_of_a_deleted_model_are_gone_from_memory(running) -> None:
    client, _, cache = running
    path = f"/v1/models/{fitted_model(client, TRUSTED)}"
    for read in READS:
        client.get(f"{path}/{read}").raise_for_status()
    full = cache.bytes
    report = len(client.get(f"{path}/report").content)
    client.delete(path).raise_for_status()
    assert cache.bytes <= full - report
    assert all(client.get(f"{path}/{read}").status_code == 404 for read in READS)


def test_tenants_with_the_same_model_never_see_each_others_answers(running) -> None:
    """Both fits end in the same file; answers name the model of one, and go with it."""
    us, them, _ = running
    ours, theirs = fitted_model(us, TRUSTED), fitted_model(them, TRUSTED)
    for read in READS:
        path = f"/v1/models/{ours}/{read}"
        kept = us.get(path).raise_for_status()
        tagged = {"if-none-match": kept.headers["etag"]}
        assert them.get(path).status_code == 404
        assert them.get(path, headers=tagged).status_code == 404
        assert us.get(path, headers=tagged).status_code == 304
    us.delete(f"/v1/models/{ours}").raise_for_status()
    assert them.get(f"/v1/models/{theirs}/curves").status_code == 200
    assert us.get(f"/v1/models/{ours}/curves").status_code == 404


def test_memory_stays_within_its_bytes_while_models_are_read(running) -> None:
    client, _, cache = running
    dropped = CACHE_EVICTIONS.labels("answer")._value.get()
    for model_id in [fitted_model(client, TRUSTED) for _ in range(3)]:
        for read in READS:
            client.get(f"/v1/models/{model_id}/{read}").raise_for_status()
            assert cache.bytes <= BUDGET
    assert CACHE_EVICTIONS.labels("answer")._value.get() > dropped
