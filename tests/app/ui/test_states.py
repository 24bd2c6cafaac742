"""States that are no answer: each says what it is, and what to do next."""

import json
import re

import pytest

from tests.app.ui.browser import axe_violations, opened
from tests.app.ui.conftest import HOSTILE

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def problem(status: int, detail: str) -> dict:
    body = {
        "type": "x",
        "title": "x",
        "status": status,
        "detail": detail,
        "code": "x",
        "errors": [],
    }
    return {
        "status": status,
        "content_type": "application/problem+json",
        "headers": {"retry-after": "7"},
        "body": json.dumps(body),
    }


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (404, "This is not here"),
        (500, "This did not work"),
    ],
)
def test_a_refused_plan_says_what_to_do(browser, demo, axe, status, title) -> None:
    with opened(browser) as (page, _):
        page.route("**/plan-odds", lambda route: route.fulfill(**problem(status, "for a test")))
        page.goto(f"{demo}/#/plan")
        page.get_by_role("heading", name=title).wait_for()
        assert axe_violations(page, axe) == []


def test_a_service_that_is_away_says_so(browser, demo) -> None:
    with opened(browser) as (page, _):
        page.route("**/v1/models?*", lambda route: route.abort())
        page.goto(demo)
        page.get_by_role("heading", name="The service does not answer").wait_for()
        page.unroute("**/v1/models?*")
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("heading", name="Do now").wait_for()


def test_a_rejected_model_plans_nothing_and_says_which_does(page, mixed, axe) -> None:
    address, rejected, _ = mixed
    page.goto(f"{address}/#/plan?model={rejected}")
    page.get_by_role("heading", name="This model is not ready to plan with").wait_for()
    assert page.locator("input.amount").count() == 0
    page.get_by_role("link", name="Plan with the earlier model").wait_for()
    assert axe_violations(page, axe) == []
    page.get_by_role("link", name=re.compile("See what failed")).click()
    page.get_by_role("heading", name="What failed, and what to do").wait_for()


def test_a_name_with_html_in_it_is_text(page, mixed) -> None:
    address, _, hostile = mixed
    page.goto(f"{address}/#/home?model={hostile}")
    page.get_by_role("heading", name=HOSTILE).wait_for()
    assert page.locator("main img").count() == 0
    assert page.title() == "Home · Prudent"


def test_an_empty_installation_begins_with_a_table(page, empty, axe) -> None:
    page.goto(empty)
    page.get_by_role("heading", name="Start with a table").wait_for()
    page.get_by_role("link", name="Use my own table").wait_for()
    assert axe_violations(page, axe) == []


def test_signing_in_with_a_key_its_end_and_signing_out(browser, keyed, axe) -> None:
    service, key = keyed
    with opened(browser) as (page, watched):
        page.goto(service)
        page.get_by_role("heading", name="Sign in").wait_for()
        assert axe_violations(page, axe) == []
        page.get_by_label("Key").fill("prudent_wrong")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("mistyped or truncated").wait_for()
        page.get_by_label("Key").fill(key)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Start with a table").wait_for()
        (cookie,) = page.context.cookies()
        assert (cookie["name"], cookie["httpOnly"]) == ("prudent_session", True)
        assert cookie["sameSite"] == "Strict"
        assert page.evaluate("document.cookie") == ""
        assert key not in page.url
        page.reload()
        page.get_by_role("heading", name="Start with a table").wait_for()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        assert watched.foreign == []
