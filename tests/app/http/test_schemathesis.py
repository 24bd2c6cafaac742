"""Everything that openapi.json allows, and much that it does not, sent to a running service."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.running import fake_service, fitted_model

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "use_after_free",
)

REVOKED_KEYS_STAY = """
[[operations]]
include-path = "/v1/keys/{key_id}"
[operations.checks.use_after_free]
enabled = false
"""
"""DELETE revokes a key; who had it, and until when, can still be read."""


# Every operation is tested in either; the longer one fuzzes and chains calls for longer.
@pytest.mark.parametrize(
    "seconds", [pytest.param(15, marks=pytest.mark.slow), pytest.param(60, marks=pytest.mark.proof)]
)
def test_schemathesis_finds_no_failure(tmp_path: Path, models: Path, seconds: int) -> None:
    """Examples, coverage of each keyword, fuzzing, and chains of calls along the links."""
    with fake_service(tmp_path / "data", models, max_rows=500, max_body_bytes=400_000) as client:
        fitted_model(client)
        (tmp_path / "schemathesis.toml").write_text(REVOKED_KEYS_STAY)
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{client.base_url}/openapi.json"),
            *("--phases", "examples,coverage,fuzzing,stateful", "--checks", ",".join(CHECKS)),
            *("--max-time", str(seconds), "--max-examples", "20", "--generation-deterministic"),
            *("--no-shrink", "--continue-on-failure", "--exclude-path-regex", "/events$"),
            *("--suppress-health-check", "all", "--request-timeout", "30", "--warnings", "off"),
        ]
        found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-8000:] + found.stderr[-2000:]
    selected, tested = re.findall(r"(?:Selected|Tested): (\d+)", found.stdout)
    assert selected == tested
