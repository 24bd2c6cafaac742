"""A real Chromium on the real page: how it is found, what it may reach, what it must not show."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

WIDE, PHONE = (1280, 900), (390, 844)
BOTH_LIGHTS = pytest.mark.parametrize(
    ("size", "scheme"),
    [
        pytest.param(WIDE, "light", id="wide-light"),
        pytest.param(PHONE, "dark", id="phone-dark"),
        pytest.param(WIDE, "dark", id="wide-dark", marks=pytest.mark.proof),
        pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.proof),
    ],
)
"""Every size and every scheme; all pairs of them in the proofs."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
AXE = "app/ui/node_modules/axe-core/axe.min.js"
PATIENCE = 120_000

NOT_FOR_PLANNERS = re.compile(
    r"\b(KPI|gain|posterior|draw|CVaR|risk aversion|tail|optimal|binding|shadow price|marginal ROI"
    r"|identified|prior|R-hat|champion|verdict|horizon|cell|certificate|gap|solver)s?\b",
    re.IGNORECASE,
)
_DATES = re.compile(r"\b\d{1,2} [A-Z][a-z]{2} \d{4}\b")
_NUMBERS = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NO_DIGIT = re.compile(r"[^\d.-]")

TEXTS = """() => {
  const copy = document.querySelector('main').cloneNode(true);
  copy.querySelectorAll('[data-drawer], .scroll').forEach((part) => part.remove());
  const labelled = [...copy.querySelectorAll('[aria-label], [title], [placeholder]')];
  const labels = labelled.flatMap((part) =>
    ['aria-label', 'title', 'placeholder'].map((name) => part.getAttribute(name) ?? ''));
  const walk = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walk.nextNode()) texts.push(walk.currentNode.data);
  return [...texts, ...labels].map((text) => text.trim()).filter(Boolean);
}"""
"""Every text of the screen outside the drawers of details, opened or not."""


def chromium() -> str:
    """The browser of the machine, installed from Debian's packages where it is missing."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and shutil.which("apt-get"):
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-qq", *command], check=False, capture_output=True)
        found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise AssertionError("no Chromium on this machine, and none could be installed here")
    return found


@dataclass
class Watched:
    """What a page has asked for and complained about."""

    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def opened(browser: Any, size: tuple[int, int] = WIDE, **options: Any) -> Iterator[tuple[Any, Any]]:
    """A page in a context of its own, and what is watched of it."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    context.set_default_timeout(PATIENCE)
    page, watched = context.new_page(), Watched()

    def note(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.hostname not in {"127.0.0.1", "localhost"}:
            watched.foreign.append(request.url)

    def hear(said: Any) -> None:
        if said.type == "error":
            watched.complaints.append(said.text)

    page.on("request", note)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("console", hear)
    try:
        yield page, watched
    finally:
        context.close()


def too_precise(text: str) -> list[str]:
    """Numbers of more than three significant digits, dates aside."""
    found = []
    for number in _NUMBERS.findall(_DATES.sub("", text)):
        digits = number.replace(",", "")
        whole = digits.replace(".", "").lstrip("0")
        significant = whole if "." in digits else digits.strip("0")
        if len(significant) > 3:
            found.append(number)
    return found


def until(page: Any, condition: str) -> None:
    """Wait until a JavaScript expression holds. The page's policy forbids it to evaluate strings,
    so it is asked from outside again and again."""
    end = time.monotonic() + PATIENCE / 1000.0
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"not met in time: {condition}"
        page.wait_for_timeout(50)


def overflow(page: Any) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def axe_violations(page: Any, source: str) -> list[str]:
    """What axe-core finds, as ``rule: first element``."""
    page.evaluate(source)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {each['nodes'][0]['target']}" for each in found["violations"]]


def open_plan(page, address: str) -> None:
    """Open the plan and wait until it is answered."""
    page.goto(f"{address}/#/plan")
    page.get_by_role("heading", name="Channel by channel").wait_for()
    settled(page)


def settled(page) -> None:
    """Wait until the figures belong to the amounts."""
    until(page, "!document.querySelector('.outcome .old, .outcome .checking')")


def amounts(page) -> dict[str, float]:
    """The amounts in the fields of the plan, by channel."""
    fields = page.locator("table.money input.amount").all()
    return {
        str(field.get_attribute("aria-label")).partition(",")[0]: float(
            _NO_DIGIT.sub("", field.input_value())
        )
        for field in fields
    }
