"""The screen of tests: what each is worth, its design, and its life from a draft to evidence."""

import csv
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest

from tests.app.ui.browser import (
    NOT_FOR_PLANNERS,
    PHONE,
    TEXTS,
    axe_violations,
    opened,
    overflow,
    too_precise,
)

pytestmark = [pytest.mark.slow, pytest.mark.browser]

GEOS = ("north", "east", "south", "west", "coast", "hills")
TREATED = ("north", "south")
WEEKS, TEST = 60, 6
OVER = date(2023, 1, 2)
"""A Monday that is long past, so that a test which began then can be read at once."""


def fit_for_planners(page, axe: str) -> None:
    texts = page.evaluate(TEXTS)
    assert [text for text in texts if NOT_FOR_PLANNERS.search(text)] == []
    assert [text for text in texts if too_precise(text)] == []
    assert axe_violations(page, axe) == []
    assert overflow(page) <= 0


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """Weeks of six regions, in the last of which tv was off in two that sold a tenth less."""
    rng, path = np.random.default_rng(3), tmp_path / "measured.csv"
    common = 1.0 + 0.1 * np.sin(np.arange(WEEKS) / 9.0)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("week", "region", "sales", "tv_spend"))
        for number, geo in enumerate(GEOS):
            sold = 2000.0 * (number + 1) * common * np.exp(rng.normal(0.0, 0.02, WEEKS))
            spend = np.full(WEEKS, 400.0)
            if geo in TREATED:
                sold[-TEST:] *= 0.9
                spend[-TEST:] = 0.0
            for k in range(WEEKS):
                week = OVER + timedelta(weeks=k - WEEKS + TEST)
                writer.writerow((week, geo, round(float(sold[k]), 1), spend[k]))
    return path


def plan_by_hand(page, address: str, name: str, start: date) -> None:
    page.goto(f"{address}/#/tests?channel=tv")
    page.get_by_role("radio", name="planned by hand").check()
    page.get_by_label("Regions in which the spend changes").fill("north\nsouth")
    page.get_by_role("combobox", name="Weeks", exact=True).select_option(str(TEST))
    page.get_by_label("Name").fill(name)
    page.get_by_label("Begins on").fill(start.isoformat())
    page.get_by_role("button", name="Plan this test").click()
    page.get_by_role("button", name=f"Start {name}").click()


def test_each_channel_has_a_row_that_leads_to_its_test(page, demo, axe) -> None:
    page.goto(f"{demo}/#/tests")
    page.get_by_role("heading", name="What each test is worth").wait_for()
    page.get_by_text("how exact a test would be is expected here").wait_for()
    rows = page.locator("table.worth tbody tr")
    assert rows.count() == 6
    assert re.match(r"(Switch|Cut|Raise|Double) \w+ ", rows.first.inner_text())
    assert page.get_by_text(re.compile("^Test .* first: ")).count() == 1
    fit_for_planners(page, axe)
    page.get_by_role("button", name="Design it: the test of outdoor").click()
    assert page.evaluate("document.activeElement.textContent") == "Design a test"
    assert page.get_by_role("combobox", name="Channel", exact=True).input_value() == "outdoor"
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of: What each test is worth").click()
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert lines[0].startswith("channel,test,weeks")
    assert len(lines) > 6


def test_home_and_plan_lead_to_the_design_of_the_test(page, demo) -> None:
    page.goto(demo)
    page.get_by_role("link", name=re.compile("^Design the test of ")).click()
    first = page.locator("article.tests .card").first
    first.get_by_role("heading", name="Design a test").wait_for()
    asked = first.get_by_role("combobox", name="Channel", exact=True).input_value()
    assert f"channel={asked}" in page.url
    page.goto(f"{demo}/#/plan")
    page.get_by_role("link", name=f"Design the test of {asked}").click()
    first.get_by_role("heading", name="Design a test").wait_for()
    assert first.get_by_role("combobox", name="Channel", exact=True).input_value() == asked


def test_what_is_missing_is_said_before_anything_is_sent(page, demo) -> None:
    page.goto(f"{demo}/#/tests?channel=tv")
    page.get_by_role("button", name="Find the design").click()
    page.get_by_text("Drop a table of sales by region first.").wait_for()
    page.get_by_role("radio", name="planned by hand").check()
    page.get_by_label("What is done").select_option("add")
    page.get_by_role("button", name="Plan this test").click()
    page.get_by_text("Type how much is spent on top a week").wait_for()
    page.get_by_label("On top a week").fill("5k")
    page.get_by_role("button", name="Plan this test").click()
    page.get_by_text("Name the regions in which the spend changes.").wait_for()


def test_a_test_that_is_over_is_read_and_used(page, demo, axe, measured) -> None:
    plan_by_hand(page, demo, "tv off", OVER)
    item = page.locator(".mine > li", has=page.get_by_role("heading", name="tv off", exact=True))
    item.get_by_text("Over since 12 Feb 2023: read it").wait_for()
    item.locator("input[type=file]").set_input_files(measured)
    item.get_by_role("button", name="Read the test").wait_for()
    columns = [
        item.get_by_role("combobox", name=name, exact=True).input_value()
        for name in ("Day or week", "Region", "Sales", "Spend")
    ]
    assert columns == ["week", "region", "sales", "tv_spend"]
    fit_for_planners(page, axe)
    item.get_by_role("button", name="Read the test").click()
    item.get_by_role("button", name="Use it in the next fit").wait_for()
    said = item.inner_text()
    found = re.search(r"sold about ([\d.]+) % less than without the test: between", said)
    assert found
    assert float(found[1]) == pytest.approx(10.0, abs=2.5)
    assert "Read in the same way, " in said
    assert "4,800" in said
    assert item.locator("svg.steps circle").count() == TEST
    fit_for_planners(page, axe)
    item.get_by_role("button", name="Use it in the next fit").click()
    item.get_by_text("It stands as evidence of tv.").wait_for()
    item.get_by_text("How a fit names it").click()
    name = item.locator("code").first.inner_text()
    registered = httpx.get(f"{demo}/v1/lift-tests/{name}").raise_for_status().json()
    assert registered["test"]["channel"] == "tv"
    fit_for_planners(page, axe)


def test_a_table_without_the_treated_regions_says_so_and_can_be_sent_again(
    browser, demo, measured, tmp_path: Path
) -> None:
    lines = measured.read_text("utf-8").splitlines()
    other = tmp_path / "other.csv"
    other.write_text("\n".join(line for line in lines if ",north," not in line), "utf-8")
    with opened(browser) as (page, _):
        plan_by_hand(page, demo, "a wrong file", OVER)
        heading = page.get_by_role("heading", name="a wrong file")
        item = page.locator(".mine > li", has=heading)
        item.locator("input[type=file]").set_input_files(other)
        item.get_by_role("button", name="Read the test").click()
        refused = page.get_by_role("heading", name="The test cannot be read from this")
        refused.wait_for()
        assert "north" in item.locator(".notice").inner_text()
        item.locator("input[type=file]").set_input_files(measured)
        item.get_by_role("button", name="Read the test").click()
        item.get_by_role("button", name="Use it in the next fit").wait_for()


def test_a_running_test_shows_no_result_and_says_when_it_can_be_read(page, demo, axe) -> None:
    monday = datetime.now(UTC).date() - timedelta(days=datetime.now(UTC).weekday())
    plan_by_hand(page, demo, "not yet", monday)
    item = page.locator(".mine > li", has=page.get_by_role("heading", name="not yet"))
    item.get_by_text(re.compile("^Running until ")).wait_for()
    item.get_by_text("It can be read from").wait_for()
    assert item.locator("input[type=file]").count() == 0
    assert item.get_by_role("button", name="Read the test").count() == 0
    fit_for_planners(page, axe)
    item.get_by_role("button", name="Delete not yet").click()
    item.get_by_role("button", name="Yes, delete it").click()
    item.wait_for(state="detached")


def test_a_design_is_found_shown_and_planned(page, regional, axe) -> None:
    page.goto(f"{regional}/#/tests?channel=search")
    page.get_by_role("combobox", name="Weeks", exact=True).select_option("4")
    page.get_by_role("button", name="Find the design").click()
    page.get_by_role("heading", name="The best design").wait_for()
    page.get_by_text("It finds an effect in about").wait_for()
    table = page.locator("table.regions")
    regions = [row.inner_text() for row in table.locator("tbody tr").all()]
    assert len(regions) == 3
    treated = [text for text in regions if "treated: switch search off" in text]
    assert 1 <= len(treated) < 3
    page.get_by_text("switched on and off week by week").wait_for()
    fit_for_planners(page, axe)
    with page.expect_response("**/v1/experiments") as answered:
        page.get_by_role("button", name="Plan this test").click()
    sent = answered.value.request.post_data_json
    assert date.fromisoformat(sent["start"]).weekday() == 0
    assert sent["weeks"] == 4
    assert len(sent["treated"]) == len(treated)
    page.get_by_text(re.compile("^Draft: to begin on ")).wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of: The regions of the design").click()
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert len(lines) == 4


def test_a_model_without_regions_is_designed_for_on_a_table_by_region(
    page, demo, axe, measured, tmp_path: Path
) -> None:
    history = tmp_path / "history.csv"
    untouched = measured.read_text("utf-8").splitlines()
    kept = [line for line in untouched if line < "2023" or line.startswith("week")]
    history.write_text("\n".join(kept), "utf-8")
    page.goto(f"{demo}/#/tests?channel=tv")
    page.locator("input[type=file]").set_input_files(history)
    region = page.get_by_role("combobox", name="Region", exact=True)
    region.wait_for()
    assert region.input_value() == "region"
    assert page.get_by_role("combobox", name="Sales", exact=True).input_value() == "sales"
    page.get_by_role("button", name="Find the design").click()
    page.get_by_role("heading", name="The best design").wait_for()
    found = [row.inner_text().split()[0] for row in page.locator("table.regions tbody tr").all()]
    assert sorted(found) == sorted(GEOS)
    fit_for_planners(page, axe)


def test_a_design_that_may_cost_nothing_is_refused_with_its_reason(browser, regional) -> None:
    with opened(browser) as (page, _):
        page.goto(f"{regional}/#/tests?channel=tv")
        page.get_by_label("What is done").select_option("double")
        page.get_by_label("May cost at most").fill("0.001")
        page.get_by_role("button", name="Find the design").click()
        failed = page.get_by_role("heading", name=re.compile("^No design "))
        failed.wait_for()
        assert len(page.locator(".notice").first.inner_text()) > len("No design was found") + 20


def test_a_search_can_be_cancelled(page, regional, axe) -> None:
    page.goto(f"{regional}/#/tests?channel=tv")
    page.get_by_role("button", name="Find the design").click()
    page.get_by_role("progressbar", name="How far the search is").wait_for()
    page.get_by_role("button", name="Cancel").click()
    ended = page.get_by_role("heading", name="The search was cancelled")
    ended.or_(page.get_by_role("heading", name="The best design")).wait_for()
    assert axe_violations(page, axe) == []


def test_a_design_fits_a_phone_in_the_dark(browser, regional, axe) -> None:
    with opened(browser, PHONE, color_scheme="dark") as (page, watched):
        page.goto(f"{regional}/#/tests?channel=mail")
        page.get_by_role("button", name="Find the design").click()
        page.get_by_role("heading", name="The best design").wait_for()
        page.locator("table.worth").wait_for()
        fit_for_planners(page, axe)
        assert watched.complaints == []
        assert watched.foreign == []


def test_a_failed_and_a_rejected_model_say_what_to_do(browser, demo, mixed, axe) -> None:
    with opened(browser) as (page, _):
        page.route("**/next-experiment", lambda route: route.fulfill(status=500, body="{}"))
        page.goto(f"{demo}/#/tests")
        page.get_by_role("heading", name="This did not work").wait_for()
        page.get_by_role("heading", name="Your tests").wait_for()
        page.unroute("**/next-experiment")
        page.get_by_role("button", name="Try again").click()
        page.locator("table.worth").wait_for()
    with opened(browser) as (page, _):
        address, rejected, _ = mixed
        page.goto(f"{address}/#/tests?model={rejected}")
        page.get_by_role("heading", name="This model is not ready to plan with").wait_for()
        page.get_by_text("None yet.").wait_for()
        assert axe_violations(page, axe) == []
