"""Bodies on a real server: who asks and what the path names come first, then bounds."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from app.contract.problem import MEDIA_TYPE
from app.intake.pool import SMALL_BYTES
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import ABSENT, HORIZON
from tests.app.keyed import KeyedService, bearer, keyed_service
from tests.app.running import fitted_model, wait_until
from tests.mmm.fakes import table

MEGABYTE = 1024 * 1024
LIMITS = {
    "max_body_bytes": 3 * MEGABYTE,
    "max_plan_bytes": 2 * MEGABYTE,
    "max_document_bytes": MEGABYTE,
    "body_bytes_in_flight": 6 * MEGABYTE,
    "body_seconds": 1.0,
    "longest_wait_seconds": 2.0,
}


@pytest.fixture(scope="module")
def service(tmp_path_factory, models) -> Iterator[KeyedService]:
    with keyed_service(tmp_path_factory.mktemp("service"), models, **LIMITS) as running:
        yield running


@pytest.fixture(scope="module")
def write(service) -> str:
    return str(service.key("write"))


@pytest.fixture(scope="module")
def model_id(service) -> str:
    with service.of("default") as client:
        return fitted_model(client, TRUSTED)


class Line:
    """A bare connection that sends a body as it likes."""

    def __init__(self, service: KeyedService, path: str, key: str | None, **headers: str) -> None:
        url = service.client.base_url
        self.socket = socket.create_connection((url.host, url.port), timeout=20)
        lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in (bearer(key) | headers).items()]
        self.send("\r\n".join([*lines, "", ""]).encode())

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def close(self) -> None:
        self.socket.close()

    def answer(self) -> tuple[int, dict, bool]:
        """Status, problem, and whether the server closes the connection."""
        with self.socket.makefile("rb") as stream:
            status = int(stream.readline().split()[1])
            lines = iter(lambda: stream.readline().decode().strip().lower(), "")
            headers = dict(line.split(": ", 1) for line in lines)
            problem = json.loads(stream.read(int(headers["content-length"])))
        return status, problem, headers.get("connection") == "close"


HUGE = {"Content-Length": str(10**9)}
MISSING = f"/v1/models/{ABSENT}/allocate"

FIRST = {
    "no key": ("/v1/fit", None, 401, "unauthenticated"),
    "no key, no model": (MISSING, None, 401, "unauthenticated"),
    "a key that may only read": ("/v1/fit", "read", 403, "missing_scope"),
    "no model": (MISSING, "write", 404, "not_found"),
    "no project": ("/v1/projects/none/actuals", "write", 404, "not_found"),
    "no id": (f"/v1/models/{'x' * 101}/allocate", "write", 422, "invalid_request"),
    "a body that is too large": ("/v1/fit", "write", 413, "body_too_large"),
}


@pytest.mark.parametrize(("path", "scope", "status", "code"), FIRST.values(), ids=FIRST.keys())
def test_what_is_refused_is_refused_before_its_body_is_sent(
    service, path, scope, status, code
) -> None:
    """Nothing of the body has come, and the answer is there: 401, 403, 404, 413 in this order."""
    with closing(Line(service, path, service.key(scope) if scope else None, **HUGE)) as line:
        found, problem, closed = line.answer()
    assert (found, problem["code"], closed) == (status, code, True)


@pytest.mark.parametrize("key", [None, "write"])
def test_who_is_refused_while_sending_reads_why(service, key) -> None:
    """The rest of the body is thrown away, so that the answer arrives."""
    headers = bearer(service.key(key) if key else None)
    content = b"x" * (20 * MEGABYTE)
    answer = service.client.post("/v1/datasets", content=content, headers=headers)
    assert answer.status_code == (413 if key else 401)
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["connection"] == "close"


def padded(document: dict, size: int) -> bytes:
    content = json.dumps(document).encode()
    return content + b" " * (size - len(content))


def sizes(model_id: str) -> dict[str, tuple[str, dict, int]]:
    plan: dict = {"horizon": HORIZON, "budget": {"total": 1000}}
    return {
        "/v1/keys": ("admin", {"name": "k", "scopes": ["read"]}, MEGABYTE),
        "/v1/projects": ("write", {"name": "p"}, MEGABYTE),
        f"/v1/models/{model_id}/allocate": ("read", plan, 2 * MEGABYTE),
        "/v1/scenarios": (
            "write",
            {"name": "s", "model_id": model_id, "allocate": plan},
            2 * MEGABYTE,
        ),
        "/v1/datasets": ("write", {"rows": [{"a": 1}]}, 3 * MEGABYTE),
    }


def test_each_kind_of_call_has_its_own_limit(service, model_id) -> None:
    json_type = {"Content-Type": "application/json"}
    for path, (scope, document, most) in sizes(model_id).items():
        headers = {**bearer(service.key(scope)), **json_type}
        fits = service.client.post(path, content=padded(document, most), headers=headers)
        assert fits.is_success, (path, fits.text)
        beyond = service.client.post(path, content=padded(document, most + 1), headers=headers)
        assert (beyond.status_code, beyond.json()["code"]) == (413, "body_too_large"), path
        assert str(most) in beyond.json()["detail"]
        pieces = iter([padded(document, most), b" "])
        chunked = service.client.post(path, content=pieces, headers=headers)
        assert chunked.status_code == 413, path


def test_a_body_that_trickles_is_given_up(service, write) -> None:
    with closing(Line(service, "/v1/fit", write, **{"Content-Length": "5000"})) as line:
        began = time.monotonic()
        while time.monotonic() - began < 0.9:
            line.send(b" ")
            time.sleep(0.1)
        status, problem, closed = line.answer()
        assert 1.0 <= time.monotonic() - began < 10.0
    assert (status, problem["code"], closed) == (408, "body_too_slow", True)
    assert "bytes came until then" in problem["detail"]


def test_a_body_that_comes_steadily_has_the_time_that_it_needs(service, write) -> None:
    """Twice the time that a trickle is given, at twice the least rate."""
    content = padded({"nonsense": True}, 256 * 1024)
    with closing(Line(service, "/v1/fit", write, **{"Content-Length": str(len(content))})) as line:
        for start in range(0, len(content), 16 * 1024):
            line.send(content[start : start + 16 * 1024])
            time.sleep(0.125)
        status, problem, _ = line.answer()
    assert (status, problem["code"]) == (422, "validation")


def test_who_leaves_in_the_middle_of_a_body_holds_nothing(service, write) -> None:
    intake = service.context.intake
    line = Line(service, "/v1/datasets", write, **{"Content-Length": str(2 * MEGABYTE)})
    line.send(b"x" * 100_000)
    wait_until(lambda: intake.in_flight.free == 4 * MEGABYTE)
    line.close()
    wait_until(lambda: intake.in_flight.free == 6 * MEGABYTE)


def test_one_tenant_cannot_take_the_room_of_all(service, write) -> None:
    """Two large bodies that never come: the second waits in vain, another tenant's does not."""
    headers = {"Content-Length": str(3 * MEGABYTE)}
    with closing(Line(service, "/v1/datasets", write, **headers)) as holding:
        wait_until(lambda: service.context.intake.in_flight.free == 3 * MEGABYTE)
        holding.send(b" ")
        with service.of("other") as other:
            content = table(400).to_csv(index=False).encode()
            assert len(content) > SMALL_BYTES
            csv = {"Content-Type": "text/csv"}
            assert other.post("/v1/datasets", content=content, headers=csv).status_code == 201


def test_who_finds_no_room_is_told_when_to_come_again(service, write) -> None:
    headers = {"Content-Length": str(3 * MEGABYTE)}
    with closing(Line(service, "/v1/datasets", write, **headers)) as holding:
        wait_until(lambda: service.context.intake.in_flight.free == 3 * MEGABYTE)
        with closing(Line(service, "/v1/datasets", write, **headers)) as waiting:
            for _ in range(24):  # for three seconds, at twice the least rate
                holding.send(b" " * 16 * 1024)
                time.sleep(0.125)
            status, problem, closed = waiting.answer()
    assert (status, problem["code"], closed) == (503, "overloaded", True)
    assert "found no room in 2 s" in problem["detail"]


def test_large_and_small_bodies_are_judged_alike(service, write) -> None:
    faults: list[dict] = [
        {"data": {"dataset_id": "x", "rows": []}, "model": {"kpi": 3}},
        {"model": {"channels": [{"name": "tv", "adstock": {"max_lag": 99}}]}},
        {"data": {"rows": [1]}, "colour": "red"},
    ]
    headers = {**bearer(write), "Content-Type": "application/json"}
    for document in faults:
        small, large = (
            service.client.post("/v1/fit", content=padded(document, size), headers=headers).json()
            for size in (1000, 100_000)
        )
        assert small["code"] == "validation"
        assert {**small, "request_id": ""} == {**large, "request_id": ""}
    for text in (b'{"a": NaN', b"\xff"):
        small, large = (
            service.client.post("/v1/fit", content=text + b" " * size, headers=headers).json()
            for size in (10, 100_000)
        )
        assert {**small, "request_id": ""} == {**large, "request_id": ""}


def test_large_tables_are_read_like_small_ones(service) -> None:
    """The profile of a table that is read apart is that of the same table read here."""
    csv = {"Content-Type": "text/csv"}
    frame = table(100)
    with service.of("reads") as client:
        small = client.post(
            "/v1/datasets", content=frame.to_csv(index=False).encode(), headers=csv
        ).json()
        body = frame.to_json(orient="records").replace("},", "},   " + " " * 500)
        large = client.post(
            "/v1/datasets",
            content=b'{"rows":' + body.encode() + b"}",
            headers={"Content-Type": "application/json"},
        ).json()
    assert small["bytes"] <= SMALL_BYTES < large["bytes"]
    assert small["profile"]["rows"] == large["profile"]["rows"] == 100
    assert [c["name"] for c in small["profile"]["columns"]] == [
        c["name"] for c in large["profile"]["columns"]
    ]
