"""By which names the service may be called: pages of other sites reach no loopback service."""

import pytest
from pydantic import ValidationError

from app.settings import Settings
from tests.app.running import fake_service

FOREIGN = ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example")
STRANGE = ("", "127.0.0.1@evil.example", "evil.example/127.0.0.1", "127.0.0.1:port", "localhost.")
LOOPBACK = ("localhost", "LOCALHOST:8000", "127.0.0.1", "127.1.2.3:80", "[::1]:8000")


@pytest.fixture(scope="module")
def client(tmp_path_factory, models):
    with fake_service(tmp_path_factory.mktemp("hosts"), models) as client:
        yield client


@pytest.fixture(scope="module")
def named(tmp_path_factory, models):
    """A service that is also reached as mmm.example."""
    folder = tmp_path_factory.mktemp("named")
    with fake_service(folder, models, allowed_hosts="MMM.example") as client:
        yield client


@pytest.mark.parametrize("host", FOREIGN + STRANGE)
def test_a_foreign_host_is_refused(client, host: str) -> None:
    answer = client.get("/v1/models", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "misdirected_request")
    assert "PRUDENT_ALLOWED_HOSTS" in answer.json()["detail"]


@pytest.mark.parametrize("host", LOOPBACK)
def test_a_loopback_host_is_served(client, host: str) -> None:
    assert client.get("/v1/models", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_may_come_by_any_name(client, path: str) -> None:
    assert client.get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example"]
)
def test_a_foreign_page_changes_nothing(client, origin: str) -> None:
    before = client.get("/v1/projects").json()
    answer = client.post("/v1/projects", json={"name": "taken"}, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert client.get("/v1/projects").json() == before


def test_a_page_of_this_machine_may_change_things_and_no_answer_opens_to_other_origins(
    client,
) -> None:
    headers = {"Origin": "http://localhost:8000"}
    answer = client.post("/v1/projects", json={"name": "ours"}, headers=headers)
    assert answer.status_code == 201
    foreign = client.get("/v1/projects", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 200
    assert not [name for name in foreign.headers if name.startswith("access-control")]


def test_a_listed_name_is_served_beside_loopback(named) -> None:
    for host, status in {"mmm.example": 200, "127.0.0.1": 200, "evil.example": 421}.items():
        assert named.get("/v1/models", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    "value", ["*", "http://mmm.example", "mmm.example:80", "a.example,,b.example"]
)
def test_a_setting_that_is_no_list_of_names_is_refused(tmp_path, value: str) -> None:
    with pytest.raises(ValidationError, match="is no host name"):
        Settings(data_dir=tmp_path, allowed_hosts=value)


def test_names_are_separated_by_commas_and_an_empty_setting_lists_none(tmp_path) -> None:
    listed = Settings(data_dir=tmp_path, allowed_hosts="mmm.example, Other.example")
    assert listed.allowed_hosts == ("mmm.example", "Other.example")
    assert Settings(data_dir=tmp_path, allowed_hosts=" ").allowed_hosts == ()
