"""A plan by month, week and region: typed on the page, and taken out and in as a sheet."""

import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.app.ui.browser import amounts, axe_violations, open_plan, opened, settled

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def odds_after(page, act, asks) -> dict:
    """The first question about the plan that `asks` after something was typed.

    Choosing a rule asks too, a moment later, so that question may come first.
    """

    def wanted(request) -> bool:
        return bool(request.url.endswith("/plan-odds") and asks(json.loads(request.post_data)))

    settled(page)
    with page.expect_request(wanted) as asked:
        act()
    answer = asked.value.response()
    assert answer.status == 200, answer.text()
    settled(page)
    found: dict = json.loads(asked.value.post_data)
    return found


def by_week(channel: str):
    """Whether a question plans `channel` week by week."""
    return lambda question: isinstance(question["plan"][channel], list)


def open_parts(page, by: str) -> None:
    page.locator(".parts > summary").click()
    page.get_by_role("radio", name=by, exact=True).check()
    page.get_by_role("region", name=f"The plan by {by.lower()}").wait_for()


def test_a_month_can_be_typed_and_the_channel_keeps_its_total(page, demo) -> None:
    open_plan(page, demo)
    totals = amounts(page)
    page.get_by_role("button", name="Unlock tv").click()
    open_parts(page, "Month")
    for rule in ("the channel's total stays", "the channel's total changes"):
        page.get_by_role("radio", name=re.compile(f"^{rule}")).check()
        asked = odds_after(
            page,
            lambda: page.get_by_label("tv, Feb 2025").fill("20,000"),
            by_week("tv"),
        )["plan"]
        weeks = asked["tv"]
        assert sum(weeks[5:9]) == pytest.approx(20_000)
        whole = sum(sum(each) if isinstance(each, list) else each for each in asked.values())
        assert whole == pytest.approx(sum(totals.values()), rel=5e-3)
        if rule.endswith("stays"):
            assert sum(weeks) == pytest.approx(totals["tv"], rel=5e-3)
            assert "at other times or places" not in page.locator(".outcome").inner_text()
        page.get_by_label("tv, Feb 2025").fill("40,000")
        settled(page)


def test_weeks_are_saved_downloaded_mended_and_read_again(browser, demo, tmp_path: Path) -> None:
    # A browser complains of the answer 422 by itself.
    with opened(browser) as (page, watched):
        open_plan(page, demo)
        page.get_by_role("button", name="Unlock tv").click()
        open_parts(page, "Week")
        odds_after(page, lambda: page.get_by_label("tv, 6 Jan 2025").fill("9,000"), by_week("tv"))
        page.get_by_role("button", name="Save the plan").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Excel", exact=True).click()
        download.value.save_as(tmp_path / "plan.xlsx")
        book = load_workbook(tmp_path / "plan.xlsx")
        rows = {str(row[0].value): row for row in book.worksheets[0].iter_rows()}
        assert rows["tv"][3].value == pytest.approx(9_000.0)
        page.get_by_role("radio", name="Paste my plan").check()
        rows["social"][0].value = "socail"
        book.save(tmp_path / "broken.xlsx")
        page.locator("input[type=file]").set_input_files(tmp_path / "broken.xlsx")
        page.get_by_text(re.compile("'socail' is nothing that can be planned")).wait_for()
        rows["social"][0].value, rows["tv"][3].value = "social", 12_000
        book.save(tmp_path / "Agency.xlsx")
        page.locator("input[type=file]").set_input_files(tmp_path / "Agency.xlsx")
        page.get_by_role("heading", name="Plan: Agency.xlsx").wait_for()
        page.get_by_role("heading", name="Channel by channel").wait_for()
        settled(page)
        if page.get_by_role("button", name="Unlock tv").count():
            page.get_by_role("button", name="Unlock tv").click()
        open_parts(page, "Week")
        assert page.get_by_label("tv, 6 Jan 2025").input_value() == "12,000"
        assert watched.foreign == []


def test_a_region_can_be_typed(page, regional, axe) -> None:
    open_plan(page, regional)
    open_parts(page, "Region")
    assert axe_violations(page, axe) == []
    whole = amounts(page)["search"]
    asked = odds_after(
        page, lambda: page.get_by_label("search, r0").fill("1"), lambda asked: "phasing" in asked
    )
    split = asked["phasing"]["split"]["search"]
    assert split["r0"] * whole == pytest.approx(1.0, rel=5e-3)
    assert sum(split.values()) == pytest.approx(1.0)
    assert "at other times or places: search" in page.locator(".outcome").inner_text()
