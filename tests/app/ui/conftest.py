"""The page as built, services that serve it, and a browser to look at it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.db.database import open_database
from app.services.administration import keys
from app.services.administration.keys import KeySubmission
from app.settings import Settings
from mmm.evidence.record import evidence_of
from mmm.posterior.fitted import save_model
from scripts import build_ui
from tests.app.running import ServiceProcess, fitted_model
from tests.app.ui.browser import AXE, chromium, opened
from tests.mmm.fakes import RICH, fake_model

ROOT = Path(__file__).parents[3]
SECRET = "s" * 32
HOSTILE = "<img src=x onerror=\"document.title='taken'\">"


@pytest.fixture(scope="session")
def built() -> None:
    """The page, built from these sources."""
    build_ui.main()


@pytest.fixture(scope="package")
def browser(built: None) -> Iterator[Any]:
    """Debian's Chromium, driven by Playwright; its event loop ends with the folder's tests."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="package")
def axe(built: None) -> str:
    return (ROOT / AXE).read_text("utf-8")


@pytest.fixture(scope="package")
def demo(built: None, tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[str]:
    """The address of a service with the demo brand alone."""
    yield from _address(tmp_path_factory.mktemp("workbench") / "demo", models, PRUDENT_DEMO="true")


@pytest.fixture(scope="package")
def empty(built: None, tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[str]:
    """The address of a service that holds nothing."""
    yield from _address(tmp_path_factory.mktemp("workbench") / "empty", models)


def _address(folder: Path, models: Path, **variables: str) -> Iterator[str]:
    """A service in a process of its own: several can run at a time."""
    service = ServiceProcess(folder, models, **variables)
    yield str(service.client.base_url)
    service.close()


@pytest.fixture(scope="package")
def mixed(
    built: None, tmp_path_factory: pytest.TempPathFactory, models: Path
) -> Iterator[tuple[str, str, str]]:
    """A service with a rejected model and one with HTML in its name, and both ids."""
    from tests.app.fake_fit import REJECTED, TRUSTED

    service = ServiceProcess(tmp_path_factory.mktemp("workbench") / "mixed", models)
    rejected = fitted_model(service.client, REJECTED, name="too early")
    hostile = fitted_model(service.client, TRUSTED, name=HOSTILE)
    yield str(service.client.base_url), rejected, hostile
    service.close()


@pytest.fixture(scope="package")
def regional(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service with a model of three regions, one medium of which costs nothing."""
    folder = tmp_path_factory.mktemp("workbench")
    owned = {"name": "letters", "column": "queries", "cost": "none"}
    spec = {**RICH, "currency": "EUR", "channels": [*RICH["channels"], owned]}
    unmarked = fake_model(spec, geos=3, weeks=110)
    (folder / "models").mkdir()
    save_model(replace(unmarked, evidence=evidence_of(unmarked)), folder / "models" / "trusted.nc")
    service = ServiceProcess(folder / "regional", folder / "models")
    fitted_model(service.client, name="three regions", model=spec)
    yield str(service.client.base_url)
    service.close()


@pytest.fixture(scope="package")
def keyed(
    built: None, tmp_path_factory: pytest.TempPathFactory, models: Path
) -> Iterator[tuple[str, str]]:
    """A service that asks for keys, and a key for it."""
    folder = tmp_path_factory.mktemp("workbench") / "keyed"
    service = ServiceProcess(folder, models, PRUDENT_AUTH="keys", PRUDENT_KEY_SECRET=SECRET)
    database = open_database(Settings(data_dir=folder).resolved_database_url)
    order = KeySubmission(name="planner", scopes=("write",), expires_at=None)
    key = keys.create(database.of("default"), SECRET.encode(), order, "test")[1]
    yield str(service.client.base_url), key
    database.close()
    service.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that has asked no other host and complained of nothing when the test ends."""
    with opened(browser) as (page, watched):
        yield page
        assert watched.foreign == []
        assert watched.complaints == []
