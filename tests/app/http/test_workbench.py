"""The page at ``/``: what is built is served with a policy that allows no other host."""

import gzip
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.http import workbench
from tests.app.running import fake_service, fitted_model

PAGE = b'<!doctype html><script type="module" src="./assets/index-1a2b.js"></script>'
SCRIPT = b"document.title = 'built';" * 40


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    return tmp_path


def serving_page(folder: Path) -> TestClient:
    app = FastAPI()
    workbench.install(app, folder)
    return TestClient(app)


def test_the_page_is_asked_for_each_time_and_its_files_are_kept(built: Path) -> None:
    client = serving_page(built)
    page, script = client.get("/"), client.get("/assets/index-1a2b.js")
    assert (page.content, page.headers["cache-control"]) == (PAGE, "no-cache")
    assert script.content == SCRIPT
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-type"].startswith("text/javascript")


def test_a_browser_gets_less_and_the_same(built: Path) -> None:
    client = serving_page(built)
    squeezed = client.get("/assets/index-1a2b.js", headers={"accept-encoding": "gzip, br"})
    assert squeezed.headers["content-encoding"] == "gzip"
    assert squeezed.content == SCRIPT
    assert int(squeezed.headers["content-length"]) == len(gzip.compress(SCRIPT, 9)) < len(SCRIPT)
    plain = client.get("/assets/index-1a2b.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_the_policy_allows_no_inline_script_and_no_other_host(built: Path) -> None:
    policy = serving_page(built).get("/").headers["content-security-policy"]
    assert policy == workbench.POLICY
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_file_that_was_not_built_is_absent(built: Path) -> None:
    client = serving_page(built)
    assert client.get("/assets/..%2findex.html").status_code == 404
    assert client.get("/assets/other.js").status_code == 404


def test_a_service_without_the_page_says_so_in_one_sentence(tmp_path: Path) -> None:
    answer = serving_page(tmp_path).get("/")
    assert answer.status_code == 200
    assert workbench.NOT_BUILT in answer.text
    assert "make ui" in answer.text


def test_the_report_has_an_origin_of_its_own(tmp_path: Path, models: Path) -> None:
    with fake_service(tmp_path, models) as client:
        policy = client.get(f"/v1/models/{fitted_model(client)}/report").headers[
            "content-security-policy"
        ]
    assert policy.startswith("sandbox;")
    assert "allow-" not in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
