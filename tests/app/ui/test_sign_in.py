"""Signing in with an identity provider in a real browser, and what is shown when a session ends."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from app.access.sessions import COOKIE, Sessions
from app.contract.caller import Caller
from tests.app.identity_provider import ProviderProcess
from tests.app.running import ServiceProcess
from tests.app.ui.browser import PHONE, WIDE, axe_violations, opened, overflow
from tests.app.ui.conftest import SECRET

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ADA = Caller("acme", frozenset({"read", "write"}), "oidc:ada")


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderProcess]:
    running = ProviderProcess()
    yield running
    running.close()


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def serving(folder, models, provider: ProviderProcess, auth: str) -> Iterator[str]:
    port = free_port()
    home = f"http://localhost:{port}"
    given = {**provider.settings, "auth": auth, "public_url": home, "key_secret": SECRET}
    given["port"] = str(port)
    variables = {f"PRUDENT_{name.upper()}": value for name, value in given.items()}
    service = ServiceProcess(folder, models, **variables)
    yield home
    service.close()


@pytest.fixture(scope="module")
def service(built, tmp_path_factory, models, provider) -> Iterator[str]:
    """A service that the provider alone signs people in to."""
    yield from serving(tmp_path_factory.mktemp("workbench") / "oidc", models, provider, "oidc")


@pytest.fixture(scope="module")
def both(built, tmp_path_factory, models, provider) -> Iterator[str]:
    """A service that takes keys too."""
    yield from serving(tmp_path_factory.mktemp("workbench") / "both", models, provider, "keys+oidc")


def sign_in(page) -> None:
    page.get_by_role("link", name="Sign in with your account").click()
    page.get_by_role("heading", name="Provider").wait_for()
    page.get_by_role("button", name="Continue as Ada").click()


def test_somebody_signs_in_with_the_provider_and_out(browser, service, provider, axe) -> None:
    with opened(browser) as (page, watched):
        page.goto(f"{service}/#/data")
        page.get_by_role("heading", name="Sign in").wait_for()
        assert page.get_by_label("Key").count() == 0
        assert axe_violations(page, axe) == []
        sign_in(page)
        page.locator("input[type=file]").wait_for()
        assert page.url == f"{service}/#/data"
        cookies = {each["name"]: each for each in page.context.cookies()}
        own = [name for name in cookies if name.startswith("prudent")]
        assert own == [COOKIE]
        assert (cookies[COOKIE]["httpOnly"], cookies[COOKIE]["sameSite"]) == (True, "Strict")
        assert page.evaluate("document.cookie") == ""
        page.reload()
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Signed out").wait_for()
        assert COOKIE not in {each["name"] for each in page.context.cookies()}
        page.get_by_role("link", name="Back").click()
        page.get_by_role("heading", name="Sign in").wait_for()
        assert watched.foreign == []


def test_a_session_that_has_ended_says_so_and_leads_back(browser, service) -> None:
    with opened(browser) as (page, _):
        page.goto(service)
        sign_in(page)
        page.get_by_role("heading", name="Start with a table").wait_for()
        past = Sessions(None, SECRET.encode(), 60.0, provided=True, clock=lambda: 0.0)
        ended = {"name": COOKIE, "value": past.issue_to(ADA), "url": service}
        page.context.add_cookies([ended])
        page.reload()
        page.get_by_role("heading", name="Sign in").wait_for()
        sign_in(page)
        page.get_by_role("heading", name="Start with a table").wait_for()


def test_a_sign_in_that_fails_says_why_and_begins_again(browser, service, provider, axe) -> None:
    with opened(browser) as (page, _):
        page.goto(service)
        provider.lie(identity={"nonce": "another"})
        try:
            sign_in(page)
            page.get_by_role("heading", name="Signing in did not work").wait_for()
            assert "belongs to another sign-in" in page.locator("main").inner_text()
            assert axe_violations(page, axe) == []
        finally:
            provider.lie()
        page.get_by_role("link", name="Try again").click()
        page.get_by_role("button", name="Continue as Ada").click()
        page.get_by_role("heading", name="Start with a table").wait_for()


def test_a_way_back_from_another_browser_signs_nobody_in(browser, service, provider) -> None:
    with opened(browser) as (page, _), opened(browser) as (victim, _):
        page.goto(f"{service}/session/start")
        back = provider.answer(page.url)
        query = "&".join(f"{name}={value}" for name, value in back.items())
        victim.goto(f"{service}/session/callback?{query}")
        victim.get_by_role("heading", name="Signing in did not work").wait_for()
        assert COOKIE not in {each["name"] for each in victim.context.cookies()}
        assert urlsplit(page.url).path == "/authorize"


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_both_ways_stand_beside_each_other(browser, both, axe, size) -> None:
    with opened(browser, size) as (page, watched):
        page.goto(both)
        page.get_by_role("link", name="Sign in with your account").wait_for()
        page.get_by_label("Key").wait_for()
        assert axe_violations(page, axe) == []
        assert overflow(page) <= 0
        assert watched.foreign == []
