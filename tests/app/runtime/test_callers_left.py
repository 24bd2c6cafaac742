"""A real client that disconnects from a real server before its turn: nothing is computed for it."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection

import httpx
import pytest
from fastapi import FastAPI

from app.http.computed_answer import LaneRunnerOf
from app.main import create_app
from app.runtime.lanes import Lane
from app.runtime.metrics import CACHE_LOOKUPS, REQUESTS
from app.settings import Settings
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON
from tests.app.running import fake_command, fitted_model, serving, wait_until

READ = ("GET", "/v1/models/{model_id}/curves")
SAVE = ("POST", "/v1/scenarios")
KEY = {"Idempotency-Key": "once"}


@pytest.fixture(scope="module")
def app(tmp_path_factory, models) -> FastAPI:
    """A service whose reads and plans have one thread each, and a way to keep that busy."""
    folder = tmp_path_factory.mktemp("service")
    settings = Settings(data_dir=folder, warm_worker=False, read_workers=1, plan_workers=1)
    app = create_app(settings, fit_command=fake_command(models))
    app.state.held, app.state.let = threading.Event(), threading.Event()

    def wait() -> bool:
        app.state.held.set()
        return bool(app.state.let.wait(30))

    app.state.rounds, app.state.ended = 0, threading.Event()

    @app.get("/endless")
    async def endless(run_in_lane: LaneRunnerOf) -> bool:
        """Work that asks whether its caller has left, as an allocation does."""

        def work() -> bool:
            try:
                while True:
                    app.state.rounds += 1
                    run_in_lane.caller.ask()
                    threading.Event().wait(0.01)
            finally:
                app.state.ended.set()

        return await run_in_lane(app.state.context.lanes.plans, work)

    @app.get("/hold/{lane}")
    async def hold(lane: str, run_in_lane: LaneRunnerOf) -> bool:
        return await run_in_lane(getattr(app.state.context.lanes, lane), wait)

    return app


@pytest.fixture(scope="module")
def client(app) -> Iterator[httpx.Client]:
    with serving(app) as client:
        yield client


@contextmanager
def held(app: FastAPI, client: httpx.Client, lane: str) -> Iterator[Lane]:
    """The lane with its thread taken, until the block ends."""
    app.state.held.clear()
    app.state.let.clear()
    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(client.get, f"/hold/{lane}")
        assert app.state.held.wait(30)
        try:
            yield getattr(app.state.context.lanes, lane)
        finally:
            app.state.let.set()
        assert holding.result().json() is True


@contextmanager
def leaving(client: httpx.Client, lane: Lane, method: str, path: str, body=None, **headers):
    """Ask, wait until the question stands in line, run the block, and hang up."""
    before = lane.waiting
    line = HTTPConnection(client.base_url.host, client.base_url.port)
    told = {"content-type": "application/json", **headers}
    line.request(method, path, None if body is None else json.dumps(body), told)
    wait_until(lambda: lane.waiting == before + 1)
    yield
    line.close()


def dropped(method: str, route: str) -> float:
    return float(REQUESTS.labels(method, route, "499")._value.get())


def made() -> float:
    return float(CACHE_LOOKUPS.labels("answer", "miss")._value.get())


def test_what_two_ask_is_computed_for_the_one_who_stays(app, client) -> None:
    """The first of them leaves, and would have been the one to compute it."""
    path = f"/v1/models/{fitted_model(client, TRUSTED)}/curves"
    before, gone = made(), dropped(*READ)
    with ThreadPoolExecutor(1) as pool:
        with held(app, client, "reads") as lane:
            with leaving(client, lane, "GET", path):
                staying = pool.submit(client.get, path)
                wait_until(lambda: lane.waiting == 2)
            wait_until(lambda: dropped(*READ) == gone + 1)
            assert lane.waiting == 1
        assert staying.result().raise_for_status().json()["channels"]
    assert made() == before + 1


def test_what_nobody_waits_for_is_not_computed(app, client) -> None:
    path = f"/v1/models/{fitted_model(client, TRUSTED)}/curves"
    before, gone = made(), dropped(*READ)
    with held(app, client, "reads") as lane:
        with leaving(client, lane, "GET", path):
            pass
        wait_until(lambda: dropped(*READ) == gone + 1)
        assert lane.waiting == 0
    assert made() == before


def test_who_left_before_a_scenario_was_saved_may_save_it_under_the_same_key(app, client) -> None:
    question = {"horizon": HORIZON, "budget": {"total": 1000}}
    body = {"name": "later", "model_id": fitted_model(client, TRUSTED), "allocate": question}
    gone = dropped(*SAVE)
    with held(app, client, "plans") as lane:
        with leaving(client, lane, *SAVE, body, **KEY):
            pass
        wait_until(lambda: dropped(*SAVE) == gone + 1)
    assert client.get("/v1/scenarios").json()["items"] == []
    saved = client.post("/v1/scenarios", json=body, headers=KEY)
    assert saved.status_code == 201, saved.text
    assert "idempotent-replayed" not in saved.headers


def test_work_that_asks_ends_when_its_caller_hangs_up(app, client) -> None:
    gone = dropped("GET", "/endless")
    line = HTTPConnection(client.base_url.host, client.base_url.port)
    line.request("GET", "/endless")
    wait_until(lambda: app.state.rounds > 5)
    assert not app.state.ended.is_set()
    line.close()
    wait_until(app.state.ended.is_set)
    wait_until(lambda: dropped("GET", "/endless") == gone + 1)
    path = f"/v1/models/{fitted_model(client, TRUSTED)}/allocate"
    asked = client.post(path, json={"horizon": HORIZON, "budget": {"total": 1000}})
    assert asked.status_code == 200, "the thread of the lane is free again"
