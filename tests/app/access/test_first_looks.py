"""A first look is its tenant's alone, as the model is that replaces it."""

from pathlib import Path

from tests.app.fake_fit import SLOW
from tests.app.http.test_contract import assert_problem
from tests.app.keyed import keyed_service
from tests.app.looks import look_of, with_looks
from tests.app.running import start_fit, wait_for

PLAN = {"horizon": {"start": "2023-02-27", "weeks": 4}, "budget": {"total": 300.0}}


def test_another_tenant_finds_no_look(models: Path, tmp_path: Path) -> None:
    folder = with_looks(models, tmp_path / "models")
    with (
        keyed_service(tmp_path / "keyed", folder) as service,
        service.of("one") as one,
        service.of("two") as two,
    ):
        operation_id = start_fit(one, SLOW)
        look = look_of(one, operation_id)
        assert one.get(f"/v1/models/{look}").status_code == 200
        for path in (look, f"{look}/curves", f"{look}/contributions"):
            assert_problem(two.get(f"/v1/models/{path}"), 404, "not_found")
        assert_problem(two.post(f"/v1/models/{look}/allocate", json=PLAN), 404, "not_found")
        one.post(f"/v1/operations/{operation_id}:cancel").raise_for_status()
        wait_for(one, operation_id)
