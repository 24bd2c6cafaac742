"""Logs are JSON lines; a request's id goes with the job into the fit process and back."""

import json
import logging
import subprocess
import sys

from app.fitworker.child_log import log_child_line
from tests.app.fake_fit import RAISES, TRUSTED
from tests.app.running import ROOT, fake_service, fit_body, wait_for

CHILD = """
import logging, structlog
from app.runtime.logs import configure_logging
configure_logging("INFO")
with structlog.contextvars.bound_contextvars(operation_id="op_1"):
    logging.getLogger("x").warning("it is %s", "late", extra={"seconds": 3})
    logging.getLogger("x").debug("not told")
"""


def test_a_line_is_json_with_its_labels() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stderr)
    assert found.pop("timestamp").endswith("Z")
    assert found == {
        "event": "it is late",
        "level": "warning",
        "logger": "x",
        "operation_id": "op_1",
        "seconds": 3,
    }


def test_a_request_is_followed_into_the_fit_process(tmp_path, models, caplog) -> None:
    caplog.set_level(logging.INFO)
    with fake_service(tmp_path, models) as client:
        for seed, name in ((TRUSTED, "my-request-1"), (RAISES, "my-request-2")):
            answer = client.post("/v1/fit", json=fit_body(seed), headers={"X-Request-ID": name})
            wait_for(client, answer.json()["id"])
            told = [
                r for r in caplog.records if getattr(r, "operation_id", "") == answer.json()["id"]
            ]
            within = [r for r in told if r.name == "app.fitworker.child_log"]
            assert "fit process: fit started" in [r.getMessage() for r in within]
            assert {r.request_id for r in told} == {name}
            assert {r.tenant for r in told} == {"default"}
    requests = [r for r in caplog.records if r.getMessage() == "request" and r.path == "/v1/fit"]
    assert {r.tenant for r in requests} == {"default"}


def test_what_libraries_print_is_told_to_who_looks_for_a_fault(caplog) -> None:
    caplog.set_level(logging.INFO)
    log_child_line("plain text", {"pid": 1})
    log_child_line('["json", "of another kind"]', {"pid": 1})
    assert caplog.records == []
    log_child_line('{"event": "slow", "level": "warning", "pid": 7, "chain": 2}', {"pid": 1})
    record = caplog.records[0]
    assert (record.levelname, record.getMessage()) == ("WARNING", "fit process: slow")
    assert (record.pid, record.fit_process) == (1, {"chain": 2})
