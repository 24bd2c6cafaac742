"""``/docs`` works without internet: everything that it loads comes from the service itself."""

import re
import shutil
import subprocess

import pytest

from app.http.docs_page import POLICY
from app.http.openapi import operations
from app.http.openapi_titles import TITLES
from tests.app.running import fake_service

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)


@pytest.fixture(scope="module")
def client(tmp_path_factory, models):
    with fake_service(tmp_path_factory.mktemp("docs"), models) as client:
        yield client


def test_the_page_loads_only_what_the_service_has(client) -> None:
    page = client.get("/docs")
    assert page.headers["content-security-policy"] == POLICY
    assert "http" not in POLICY
    assert "script-src 'self';" in POLICY
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/docs.js"} <= set(loaded)
    for name in loaded:
        assert "//" not in name
        assert client.get(f"/{name}").status_code == 200
    assert "<script>" not in page.text


def test_every_call_has_a_title_in_words_and_every_title_a_call(client) -> None:
    document = client.get("/openapi.json").json()
    titles = {call: operation["summary"] for call, operation in operations(document)}
    assert titles == TITLES
    assert len(set(titles.values())) == len(titles)


@pytest.mark.browser
@pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")
def test_a_browser_draws_the_page(client, tmp_path) -> None:
    command = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}",
    ]
    command += ["--virtual-time-budget=10000", "--dump-dom", f"{client.base_url}/docs"]
    drawn = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert "Plan a budget" in drawn
    assert "/v1/models/{model_id}/allocate" in drawn.replace("\u200b", "").replace("<wbr>", "")
