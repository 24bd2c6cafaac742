"""What happened: findings, axes and tables, for media that cost money and for those that do not."""

import re

import pytest

from tests.app.ui.browser import axe_violations

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_media_that_cost_nothing_have_no_money_on_their_axis(page, regional, axe) -> None:
    page.goto(f"{regional}/#/happened")
    owned = page.locator(
        "figure", has=page.get_by_role("heading", name=re.compile("^letters, which"))
    )
    owned.get_by_text("Table").click()
    assert owned.get_by_role("columnheader").first.inner_text() == "letters a week"
    assert "€" not in owned.inner_text()
    assert "spend" not in owned.inner_text()
    paid = page.locator("figure", has=page.get_by_role("heading", name=re.compile("^tv: at €")))
    paid.get_by_text("Table").click()
    assert paid.get_by_role("columnheader").first.inner_text() == "spend a week, EUR"
    assert axe_violations(page, axe) == []


def test_no_return_is_called_backed_where_none_is(page, regional) -> None:
    page.goto(f"{regional}/#/happened")
    page.get_by_role("heading", name=re.compile("^No return is backed by data")).wait_for()
