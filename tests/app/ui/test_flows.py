"""What a planner does with the page, in a real browser on a real service with the demo brand."""

import json
import re
from pathlib import Path

import pytest

from tests.app.ui.browser import (
    BOTH_LIGHTS,
    NOT_FOR_PLANNERS,
    TEXTS,
    amounts,
    axe_violations,
    open_plan,
    opened,
    overflow,
    settled,
    too_precise,
    until,
)

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SCREENS = ("home", "data", "happened", "plan", "tests")


def asked_of(answer) -> dict[str, float]:
    """The plan that an answer to plan-odds is about; nothing of another answer."""
    is_odds = answer.url.endswith("/plan-odds")
    return json.loads(answer.request.post_data)["plan"] if is_odds else {}


def test_home_says_what_to_do_and_leads_to_the_plan(page, demo) -> None:
    page.goto(demo)
    for name in ("Do now", "Test first", "Hold"):
        page.get_by_role("heading", name=name, exact=True).wait_for()
    text = page.locator("main").inner_text()
    assert re.search(r"^Ready", text, re.MULTILINE)
    assert "This is a simulated brand." in text
    page.get_by_role("link", name=re.compile("^Plan 30 Dec 2024")).click()
    page.get_by_role("heading", name="Channel by channel").wait_for()


def test_home_and_plan_and_the_service_tell_the_same(page, demo) -> None:
    with page.expect_response("**/allocate") as answered:
        page.goto(demo)
    told = answered.value.json()["moves"]["gain"]["mean"]
    page.get_by_role("heading", name="Do now").wait_for()
    (said,) = re.findall(
        r"Extra profit of about (\S+?),? likely", page.locator("main").inner_text()
    )
    page.get_by_role("link", name=re.compile("^Plan 30 Dec 2024")).click()
    page.get_by_role("heading", name="Channel by channel").wait_for()
    settled(page)
    assert page.locator(".big").inner_text() == said
    assert float(re.sub(r"[^\d.-]", "", said)) == pytest.approx(told, rel=5e-3)


def test_a_typed_amount_keeps_the_total_and_is_answered(page, demo) -> None:
    open_plan(page, demo)
    before = amounts(page)
    name = max(before, key=lambda channel: before[channel])
    typed = round(0.8 * before[name])
    with page.expect_response(lambda answer: asked_of(answer).get(name) == typed) as answered:
        page.get_by_label(f"{name}, amount").fill(str(typed))
    asked = asked_of(answered.value)
    assert sum(asked.values()) == pytest.approx(sum(before.values()), rel=5e-3)
    settled(page)
    page.get_by_role("button", name="Back to the proposal").click()
    settled(page)
    assert amounts(page) == before


def test_the_last_answer_wins(page, demo) -> None:
    open_plan(page, demo)
    field = page.get_by_label("social, amount")
    for spend in ("100000", "120000", "140000"):
        field.fill(spend)
    settled(page)
    expected = page.evaluate("document.querySelector('.big').textContent")
    page.get_by_role("radio", name="the total changes").check()
    assert page.evaluate("document.querySelector('.big').textContent") == expected


def test_what_is_no_amount_is_marked_and_changes_nothing(page, demo) -> None:
    open_plan(page, demo)
    before = page.locator(".big").inner_text()
    field = page.get_by_label("social, amount")
    field.fill("a lot")
    assert field.get_attribute("aria-invalid") == "true"
    assert page.locator(".big").inner_text() == before


def test_a_locked_channel_stays_and_a_click_frees_it(page, demo) -> None:
    open_plan(page, demo)
    before = amounts(page)
    page.get_by_role("button", name="Lock radio").click()
    page.get_by_label("social, amount").fill("50000")
    settled(page)
    assert amounts(page)["radio"] == before["radio"]
    assert page.get_by_label("radio, amount").is_disabled()
    page.get_by_role("button", name="Unlock radio").click()
    assert page.get_by_label("radio, amount").is_enabled()


def test_a_cut_spends_less_and_a_goal_out_of_reach_says_so(page, demo) -> None:
    open_plan(page, demo)
    whole = sum(amounts(page).values())
    page.get_by_role("radio", name="Cut by").check()
    page.get_by_role("button", name="Find the plan").click()
    page.get_by_role("heading", name="Channel by channel").wait_for()
    until(page, "!document.querySelector('.loading')")
    assert sum(amounts(page).values()) == pytest.approx(0.9 * whole, rel=5e-3)
    page.get_by_role("radio", name="Reach a goal").check()
    page.get_by_label("Sales to reach in 13 weeks").fill("50m")
    page.get_by_role("button", name="Find the plan").click()
    page.get_by_role("heading", name=re.compile("out of reach")).wait_for()
    assert "no limit keeps a better plan away" not in page.locator("main").inner_text()


def test_a_pasted_plan_is_read_checked_saved_and_opened_again(page, demo, tmp_path: Path) -> None:
    open_plan(page, demo)
    page.get_by_role("radio", name="Paste my plan").check()
    page.get_by_role("textbox").first.fill("tv 150,000\nsearch: 160k\nbillboards 5")
    page.get_by_role("button", name="Check my plan").click()
    page.get_by_text("Line 3: no channel of the model begins it.").wait_for()
    page.get_by_role("textbox").first.fill("tv 150,000\nsearch: 160k")
    page.get_by_role("button", name="Check my plan").click()
    until(page, "document.querySelector('[aria-label=\"tv, amount\"]')?.value=='150,000'")
    page.get_by_label("Name").fill("The agency's plan")
    page.get_by_role("button", name="Save the plan").click()
    link = page.get_by_role("link", name="The agency's plan")
    link.wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    link.click()
    page.get_by_role("heading", name="Plan: The agency's plan").wait_for()
    page.get_by_label("search, amount").wait_for()
    found = amounts(page)
    assert (found["tv"], found["search"]) == (150_000, 160_000)


def test_the_table_is_a_file_and_the_sentence_is_copied(browser, demo) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, permissions=permissions, accept_downloads=True) as (page, _):
        open_plan(page, demo)
        with page.expect_download() as download:
            page.get_by_role("button", name="CSV", exact=True).first.click()
        lines = Path(download.value.path()).read_text("utf-8").splitlines()
        assert lines[0].startswith("group,channel,today,plan")
        assert len(lines) == 1 + len(amounts(page))
        page.get_by_role("button", name="Copy the sentence").click()
        page.get_by_role("button", name="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.locator("blockquote").inner_text()
        assert copied.startswith("For 30 Dec 2024 to 30 Mar 2025: ")


def test_the_truth_of_the_demo_is_one_click_away(page, demo) -> None:
    page.goto(f"{demo}/#/happened")
    page.get_by_role("button", name="What truly happened").click()
    page.get_by_role("heading", name=re.compile(r"\d of 6 true returns lie inside")).wait_for()


@pytest.mark.parametrize("screen", ["home", "plan", "tests"])
def test_no_word_and_no_figure_that_a_planner_must_not_meet(page, demo, screen) -> None:
    page.goto(f"{demo}/#/{screen}")
    page.wait_for_load_state("networkidle")
    until(page, "!document.querySelector('.loading, .checking, .old')")
    texts = page.evaluate(TEXTS)
    assert len(texts) > 10
    assert [text for text in texts if NOT_FOR_PLANNERS.search(text)] == []
    assert [text for text in texts if too_precise(text)] == []


@BOTH_LIGHTS
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_is_accessible_and_fits(browser, demo, axe, screen, size, scheme) -> None:
    with opened(browser, size, color_scheme=scheme) as (page, watched):
        page.goto(f"{demo}/#/{screen}")
        page.wait_for_load_state("networkidle")
        until(page, "!document.querySelector('.loading, .checking, .old')")
        assert axe_violations(page, axe) == []
        assert overflow(page) <= 0
        assert watched.complaints == []
        assert watched.foreign == []


def test_everything_can_be_reached_by_keyboard(page, demo) -> None:
    open_plan(page, demo)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    name = "(part => part.getAttribute('aria-label') ?? part.textContent)(document.activeElement)"
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate(name))
    assert {"social, amount", "social, slider", "Lock social", "Copy the sentence"} <= seen
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
