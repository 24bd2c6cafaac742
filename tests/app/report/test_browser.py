"""The report in a real browser: on a phone, in the dark, on paper, without a network."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.report import render
from tests.app.report.stories import brand, usual
from tests.app.ui.browser import PHONE, WIDE, chromium

pytestmark = pytest.mark.browser
BEYOND = """() => [...document.querySelectorAll('main *')]
  .filter((part) => !part.closest('svg') && part.getBoundingClientRect().right > innerWidth + 1)
  .map((part) => part.tagName + ' ' + part.className)"""
FLAT = """() => [...document.querySelectorAll('svg')]
  .filter((part) => part.getBoundingClientRect().width < 20
    || part.getBoundingClientRect().height < 10).length"""


@cache
def page() -> str:
    return render(brand(), usual(), "demo brand")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield running
        running.close()


@pytest.fixture
def opened(browser, tmp_path: Path) -> Iterator[Any]:
    """Opens the page with a size and a scheme of colours; every request is written down."""
    path = tmp_path / "report.html"
    path.write_text(page(), encoding="utf-8")
    made = []

    def open_page(size: tuple[int, int], scheme: str = "light") -> Any:
        view = {"width": size[0], "height": size[1]}
        tab = browser.new_page(viewport=view, color_scheme=scheme)
        tab.asked = []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.goto(path.as_uri())
        made.append(tab)
        return tab

    yield open_page
    for tab in made:
        tab.close()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_nothing_is_cut_at_the_side_with_every_table_open(opened, size) -> None:
    tab = opened(size)
    tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert tab.evaluate(BEYOND) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert tab.evaluate(FLAT) == 0
    assert [url for url in tab.asked if not url.startswith("file:")] == []
    assert len(tab.asked) == 1


def test_every_amount_of_a_wide_table_names_its_column_on_a_phone(opened) -> None:
    tab = opened(PHONE)
    names = tab.evaluate(
        "[...document.querySelectorAll('table.money tbody tr:not(.group) td')].map((cell) =>"
        " getComputedStyle(cell, '::before').content)"
    )
    assert len(names) == 5 * len(usual().told.channels)
    assert {'"Today"', '"Change"', '"How we know"'} <= set(names)


def test_the_dark_page_has_a_dark_ground_and_light_text(opened) -> None:
    def shades(scheme: str) -> tuple[int, int]:
        tab = opened(WIDE, scheme)
        script = "(name) => getComputedStyle(document.body)[name].match(/\\d+/g).map(Number)"
        ground, text = (
            sum(tab.evaluate(script, name)[:3]) for name in ("backgroundColor", "color")
        )
        return ground, text

    light, dark = shades("light"), shades("dark")
    assert light[0] > 600 > 200 > light[1]
    assert dark[0] < 200 < 600 < dark[1]


def test_it_prints_on_white_with_its_charts_and_without_links(opened) -> None:
    tab = opened(WIDE, "dark")
    tab.emulate_media(media="print")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not tab.locator("nav").is_visible()
    assert tab.locator("figure svg").first.is_visible()
    printed = tab.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert 4 <= printed.count(b"/Type /Page\n") <= 14
