"""From a stranger's file to a model, on the page alone."""

import shutil
from pathlib import Path

import pytest

from mmm.simulate.worlds import make_world
from tests.app.fake_fit import HELD
from tests.app.looks import look_of, with_looks
from tests.app.running import ServiceProcess, start_fit
from tests.app.ui.browser import axe_violations

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def address(built, tmp_path_factory, models):
    service = ServiceProcess(tmp_path_factory.mktemp("workbench") / "data", models)
    yield str(service.client.base_url)
    service.close()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "our weeks.csv"
    make_world(weeks=80, seed=2).frame.to_csv(path, index=False)
    return path


def test_a_table_becomes_a_model(page, address, table, axe) -> None:
    page.goto(f"{address}/#/data")
    page.set_input_files("input[type=file]", table)
    page.get_by_role("heading", name="What each column is").wait_for()
    assert page.get_by_label("Tray of tv").input_value() == "media"
    assert page.get_by_label("Tray of sales").input_value() == "sales"
    assert axe_violations(page, axe) == []
    page.get_by_label("Tray of rival_spend").select_option("unused")
    assert page.get_by_role("button", name="Start the fit").is_disabled()
    page.get_by_role("button", name="Check the table").click()
    page.get_by_role("heading", name="The table passes").wait_for()
    page.get_by_role("button", name="Start the fit").click()
    page.get_by_role("heading", name="The model is there").wait_for()
    page.get_by_role("link", name="See what to do").click()
    page.get_by_role("heading", name="our weeks").wait_for()


def test_a_table_that_cannot_be_read_says_why(browser, address, tmp_path: Path) -> None:
    from tests.app.ui.browser import opened

    broken = tmp_path / "broken.csv"
    broken.write_text("week,sales,sales\n2024-01-01,1,2\n", "utf-8")
    with opened(browser) as (page, _):
        page.goto(f"{address}/#/data")
        page.set_input_files("input[type=file]", broken)
        page.get_by_role("heading", name="This table cannot be read as it is").wait_for()
        assert "sales" in page.locator(".notice").inner_text()


def test_a_fit_that_runs_is_shown_to_whoever_opens_the_screen(
    page, built, tmp_path: Path, models: Path, axe
) -> None:
    folder = tmp_path / "models"
    shutil.copytree(models, folder)
    service = ServiceProcess(tmp_path / "running", folder)
    try:
        start_fit(service.client, HELD, name="the brand")
        page.goto(f"{service.client.base_url}/#/data")
        page.get_by_role("progressbar", name="How far the fit is").wait_for()
        page.get_by_role("heading", name="Weighing what is possible").wait_for()
        assert axe_violations(page, axe) == []
        (folder / "let-go").touch()
        page.get_by_role("heading", name="The model is there").wait_for()
    finally:
        service.close()


def test_a_first_look_stands_beside_the_fit_until_that_replaces_it(
    page, built, tmp_path: Path, models: Path, axe
) -> None:
    folder = with_looks(models, tmp_path / "models")
    service = ServiceProcess(tmp_path / "looks", folder)
    try:
        operation_id = start_fit(service.client, HELD, name="the brand")
        look = look_of(service.client, operation_id)
        page.goto(f"{service.client.base_url}/#/data")
        page.get_by_role("progressbar", name="How far the fit is").wait_for()
        shown = page.get_by_role("region", name="First look")
        title = shown.get_by_role("heading", level=2).inner_text()
        assert title.startswith("First look: ")
        assert title.endswith("; no decisions yet")
        mark = "element => getComputedStyle(element, '::after').backgroundImage"
        assert "FIRST%20LOOK" in shown.evaluate(mark).replace(" ", "%20")
        assert axe_violations(page, axe) == []
        shown.get_by_role("link", name="Look at its curves").click()
        page.get_by_text("First look: a quick approximation").wait_for()
        page.goto(f"{service.client.base_url}/#/plan?model={look}")
        page.get_by_role("heading", name="First look: no decisions yet").wait_for()
        page.get_by_role("link", name="See how far the fit is").click()
        page.get_by_role("region", name="First look").wait_for()
        (folder / "let-go").touch()
        page.get_by_role("heading", name="The model is there").wait_for()
        page.get_by_text("The return of tv moved outside the first look's interval").wait_for()
        assert page.get_by_role("region", name="First look").count() == 0
    finally:
        service.close()
