"""States that the service itself is in: nothing of the network is played."""

import re
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.db.database import open_database
from app.http import workbench
from app.services.administration import keys
from app.services.administration.keys import KeySubmission
from app.settings import Settings
from mmm.posterior.fitted import save_model
from tests.app.running import ServiceProcess, fitted_model, serving
from tests.app.ui.browser import axe_violations, opened
from tests.app.ui.conftest import SECRET
from tests.mmm.evidence.levers import lever, with_levers
from tests.mmm.fakes import fake_model

pytestmark = [pytest.mark.slow, pytest.mark.browser]


class Guarded:
    """A service that asks for keys, with a model: a key that may write, one that may only read."""

    def __init__(self, folder: Path, models: Path, **variables: str) -> None:
        secret = {"PRUDENT_AUTH": "keys", "PRUDENT_KEY_SECRET": SECRET}
        self.service = ServiceProcess(folder, models, **secret, **variables)
        self.database = open_database(Settings(data_dir=folder).resolved_database_url)
        self.writer_id, self.writer = self._key("write")
        self.reader = self._key("read")[1]
        self.url = str(self.service.client.base_url)

    def _key(self, scope: Any) -> tuple[str, str]:
        order = KeySubmission(name=scope, scopes=(scope,), expires_at=None)
        row, key = keys.create(self.database.of("default"), SECRET.encode(), order, "test")
        return row.id, key

    def add_model(self) -> None:
        headers = {"authorization": f"Bearer {self.writer}"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=60) as client:
            fitted_model(client, name="the brand")

    def revoke_the_writer(self) -> None:
        keys.revoke(self.database.of("default"), self.writer_id)

    def close(self) -> None:
        self.database.close()
        self.service.close()


@pytest.fixture
def guarded(built: None, tmp_path: Path, models: Path) -> Iterator[Guarded]:
    found = Guarded(tmp_path / "guarded", models)
    found.add_model()
    yield found
    found.close()


def sign_in(page, address: str, key: str) -> None:
    page.goto(address)
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Sign in").click()


def test_a_session_that_ends_says_so_and_leads_to_sign_in(browser, guarded, axe) -> None:
    with opened(browser) as (page, _):
        sign_in(page, guarded.url, guarded.writer)
        page.get_by_role("heading", name="Do now").wait_for()
        guarded.revoke_the_writer()
        page.get_by_role("link", name="What happened", exact=True).click()
        page.get_by_role("heading", name="You are signed out").wait_for()
        assert axe_violations(page, axe) == []
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        sign_in(page, guarded.url, guarded.reader)
        page.get_by_role("heading", name="Do now").wait_for()


def test_who_may_only_look_is_told_so_where_it_matters(browser, guarded, axe) -> None:
    with opened(browser) as (page, _):
        sign_in(page, guarded.url, guarded.reader)
        page.get_by_role("heading", name="Do now").wait_for()
        page.goto(f"{guarded.url}/#/plan")
        page.get_by_role("button", name="Save the plan").click()
        page.get_by_role("heading", name="You may look, but not change this").wait_for()
        assert axe_violations(page, axe) == []
        page.goto(f"{guarded.url}/#/data")
        table = {"name": "t.csv", "mimeType": "text/csv", "buffer": b"week,sales\n2024-01-01,1\n"}
        page.locator("input[type=file]").set_input_files(table)
        page.get_by_role("heading", name="You may look, but not change this").wait_for()


def test_who_may_only_look_sees_what_tests_are_worth_and_plans_none(browser, guarded, axe) -> None:
    with opened(browser) as (page, _):
        sign_in(page, guarded.url, guarded.reader)
        page.get_by_role("heading", name="Do now").wait_for()
        page.goto(f"{guarded.url}/#/tests")
        page.locator("table.worth").wait_for()
        page.get_by_role("radio", name="planned by hand").check()
        page.get_by_label("Regions in which the spend changes").fill("north")
        page.get_by_role("button", name="Plan this test").click()
        page.get_by_role("heading", name="You may look, but not change this").wait_for()
        assert axe_violations(page, axe) == []


def test_more_calls_than_are_allowed_wait_and_go_on(browser, built, tmp_path, models, axe) -> None:
    limits = {"PRUDENT_TENANT_BURST": "6", "PRUDENT_TENANT_REQUESTS_PER_SECOND": "0.5"}
    few = Guarded(tmp_path / "few", models, **limits)
    try:
        with opened(browser) as (page, _):
            sign_in(page, few.url, few.writer)
            busy = page.get_by_role("heading", name="The service is busy")
            page.get_by_role("heading", name="Start with a table").or_(busy).wait_for()
            for _ in range(10):
                if busy.count():
                    break
                page.reload()
                page.get_by_role("heading", name="Start with a table").or_(busy).wait_for()
            busy.wait_for()
            told = page.locator("main").inner_text()
            assert re.search(r"Try again in \d+ seconds?; what you typed is kept", told)
            assert axe_violations(page, axe) == []
            while busy.count():
                page.wait_for_timeout(3_000)
                page.get_by_role("button", name="Try again").click()
                page.wait_for_timeout(500)
            page.get_by_role("heading", name="Start with a table").wait_for()
    finally:
        few.close()


def test_a_service_with_too_much_to_do_says_when_to_come_back(
    browser, built, tmp_path, models, axe
) -> None:
    little = {"PRUDENT_PLAN_WORKERS": "1", "PRUDENT_LONGEST_WAIT_SECONDS": "0.001"}
    service = ServiceProcess(tmp_path / "little", models, **little)
    model = fitted_model(service.client, name="the brand")
    address, hold = str(service.client.base_url), threading.Event()
    end = service.client.get(f"/v1/models/{model}").json()["data"]["end"]
    start = date.fromisoformat(end) + timedelta(weeks=1)
    long = {
        "horizon": {"start": start.isoformat(), "weeks": 52},
        "budget": {"max": 1e6},
        "phasing": {"kind": "optimised"},
        "explore": True,
        "time_limit_s": 600,
    }

    answers: list[int] = []

    def keep_busy() -> None:
        while not hold.is_set():
            try:
                path = f"{address}/v1/models/{model}/allocate"
                answer = httpx.post(path, json=long, timeout=5)
                answers.append(answer.status_code)
            except httpx.HTTPError:
                continue

    threads = [threading.Thread(target=keep_busy) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        with opened(browser) as (page, _):
            busy = page.get_by_role("heading", name="The service is busy")
            planned = page.get_by_role("heading", name="Channel by channel")
            page.goto(f"{address}/#/plan")
            for _ in range(20):  # the page's own question may be the one that finds a place
                busy.or_(planned).first.wait_for()
                if busy.count():
                    break
                page.reload()
            assert busy.count() == 1
            assert 422 not in answers
            assert axe_violations(page, axe) == []
            hold.set()
            for thread in threads:
                thread.join()
            again = page.get_by_role("button", name="Try again")
            while again.count():
                again.first.click()
                page.wait_for_timeout(1_000)
            page.get_by_role("heading", name="Channel by channel").wait_for()
    finally:
        hold.set()
        for thread in threads:
            thread.join()
        service.close()


def test_where_every_effect_could_be_coincidence_that_is_said_first(
    page, built, tmp_path, axe
) -> None:
    model = fake_model(draws=60)
    names = model.structure.paid_channels
    (tmp_path / "models").mkdir()
    weak = with_levers(model, *(lever(name, "coincidence") for name in names))
    save_model(weak, tmp_path / "models" / "trusted.nc")
    service = ServiceProcess(tmp_path / "weak", tmp_path / "models")
    try:
        fitted_model(service.client, name="the brand")
        page.goto(f"{service.client.base_url}/#/plan")
        page.get_by_role("heading", name="Every effect here could be coincidence").wait_for()
        page.get_by_role("heading", name="Channel by channel").wait_for()
        assert axe_violations(page, axe) == []
    finally:
        service.close()


def test_a_model_that_is_not_here_is_not_replaced_in_silence(browser, demo, axe) -> None:
    with opened(browser) as (page, _):
        page.goto(f"{demo}/#/plan?model=mdl_gone")
        page.get_by_role("heading", name="This model is not here").wait_for()
        assert axe_violations(page, axe) == []
        page.get_by_role("link", name="Go on with demo brand").click()
        page.get_by_role("heading", name="Channel by channel").wait_for()


def test_a_service_without_the_built_page_says_how_to_build_it(browser, tmp_path, axe) -> None:
    app = FastAPI()
    workbench.install(app, tmp_path)
    with serving(app) as client, opened(browser) as (page, watched):
        page.goto(str(client.base_url))
        page.get_by_text("has not been built: run make ui and start it again").wait_for()
        assert axe_violations(page, axe) == []
        assert watched.complaints == []
