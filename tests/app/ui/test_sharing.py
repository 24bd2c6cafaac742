"""A plan handed on: saved and shared on the page, opened by somebody else, taken back; as files."""

import io
import re
from pathlib import Path

import pytest
from pptx import Presentation

from tests.app.ui.browser import (
    BOTH_LIGHTS,
    NOT_FOR_PLANNERS,
    TEXTS,
    axe_violations,
    open_plan,
    opened,
    overflow,
    too_precise,
)
from tests.app.ui.conftest import HOSTILE

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def save(page, address: str, name: str) -> None:
    open_plan(page, address)
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save the plan").click()
    page.get_by_role("button", name="Share a link").wait_for()


def make_link(page) -> str:
    """With the dialog open: a new link, which stands first."""
    links = page.get_by_label(re.compile("^Link until"))
    before = links.count()
    page.get_by_role("button", name="Make a link").click()
    links.nth(before).wait_for()
    return str(links.first.input_value())


@pytest.fixture(scope="module")
def link(browser, demo) -> str:
    """A link that works."""
    with opened(browser) as (page, _):
        save(page, demo, "The board's plan")
        page.get_by_role("button", name="Share a link").click()
        return make_link(page)


def test_a_plan_is_saved_shared_opened_by_a_stranger_and_taken_back(
    browser, demo, page, axe
) -> None:
    save(page, demo, "First quarter")
    finding = page.locator(".outcome h2").inner_text()
    earned = page.locator(".big").inner_text()
    page.get_by_role("button", name="Share a link").click()
    page.get_by_role("heading", name="No link works now").wait_for()
    page.get_by_role("radio", name="a week").check()
    address = make_link(page)
    assert address.startswith(f"{demo}/shared/shr_")
    assert axe_violations(page, axe) == []
    with opened(browser, java_script_enabled=False) as (stranger, _):
        asked = []
        stranger.on("request", lambda request: asked.append(request.url))
        assert stranger.goto(address).status == 200
        assert stranger.get_by_role("heading", level=1).inner_text() == "First quarter"
        text = stranger.locator("main").inner_text()
        assert finding in text
        assert earned in text
        for name in ("Do now", "Test first", "Hold", "What was assumed"):
            stranger.get_by_role("heading", name=name, exact=True).wait_for()
        assert [url for url in asked if not url.endswith("/favicon.ico")] == [address]
        assert stranger.context.cookies() == []
        page.get_by_role("button", name="Revoke").click()
        page.get_by_role("heading", name="No link works now").wait_for()
        assert stranger.reload().status == 404
        stranger.get_by_role("heading", name="There is no plan here").wait_for()
    page.get_by_role("button", name="Close").click()
    page.locator("dialog").wait_for(state="detached")
    assert page.locator("dialog").count() == 0


def test_a_saved_plan_that_is_opened_again_can_be_shared(page, demo) -> None:
    save(page, demo, "To open again")
    page.get_by_role("link", name="To open again").click()
    page.get_by_role("heading", name="Plan: To open again").wait_for()
    page.get_by_role("button", name="Share a link").click()
    assert make_link(page)


def test_the_link_is_copied(browser, demo) -> None:
    with opened(browser, permissions=["clipboard-read", "clipboard-write"]) as (page, _):
        save(page, demo, "To copy")
        page.get_by_role("button", name="Share a link").click()
        address = make_link(page)
        page.get_by_role("button", name="Copy", exact=True).click()
        page.get_by_role("button", name="Copied", exact=True).wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == address


@BOTH_LIGHTS
@pytest.mark.parametrize("shown", ["plan", "nothing"])
def test_what_a_link_shows_is_accessible_and_fits(browser, link, axe, shown, size, scheme) -> None:
    with opened(browser, size, color_scheme=scheme) as (page, watched):
        page.goto(link if shown == "plan" else link.rpartition(".")[0])
        assert axe_violations(page, axe) == []
        assert overflow(page) <= 0
        assert watched.foreign == []


def test_no_word_and_no_figure_that_a_planner_must_not_meet(page, link) -> None:
    page.goto(link)
    texts = page.evaluate(TEXTS)
    assert len(texts) > 40
    assert [text for text in texts if NOT_FOR_PLANNERS.search(text)] == []
    assert [text for text in texts if too_precise(text)] == []


def test_a_name_with_html_in_it_is_text_on_the_page_in_the_file_and_on_the_slide(
    browser, page, demo, tmp_path: Path
) -> None:
    save(page, demo, HOSTILE)
    page.get_by_role("button", name="Share a link").click()
    page.get_by_role("heading", name=f"Share “{HOSTILE}”").wait_for()
    address = make_link(page)
    page.get_by_role("button", name="Close").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="One file to mail").click()
    file = tmp_path / "plan.html"
    download.value.save_as(file)
    assert file.stat().st_size < 300_000
    for shown in (address, file.as_uri()):
        with opened(browser) as (stranger, watched):
            stranger.goto(shown)
            stranger.get_by_role("heading", name=HOSTILE).wait_for()
            assert stranger.locator("img").count() == 0
            assert stranger.title() == HOSTILE
            assert watched.foreign == []
            assert watched.complaints == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Slide").click()
    (slide,) = Presentation(io.BytesIO(Path(download.value.path()).read_bytes())).slides
    frames = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    assert any(HOSTILE in text for text in frames)


def test_the_file_prints_on_paper(browser, page, demo, tmp_path: Path) -> None:
    save(page, demo, "On paper")
    with page.expect_download() as download:
        page.get_by_role("button", name="One file to mail").click()
    file = tmp_path / "plan.html"
    download.value.save_as(file)
    with opened(browser, color_scheme="dark") as (paper, _):
        paper.goto(file.as_uri())
        paper.emulate_media(media="print")
        colours = "getComputedStyle(document.body).backgroundColor"
        assert paper.evaluate(colours) == "rgb(255, 255, 255)"
        assert paper.pdf(format="A4", print_background=True)[:4] == b"%PDF"
