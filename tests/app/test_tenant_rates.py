"""A tenant that asks too often is told when to come back."""

from tests.app.keyed import keyed_service
from tests.app.test_contract import assert_problem


def test_tenant_that_asks_too_often_is_told_when_to_come_back(tmp_path, models) -> None:
    slow = {"tenant_requests_per_second": 0.01, "tenant_burst": 3}
    with (
        keyed_service(tmp_path, models, **slow) as service,
        service.of("us") as us,
        service.of("us") as same,
        service.of("them") as them,
    ):
        assert [us.get("/v1/models").status_code for _ in range(3)] == [200, 200, 200]
        refused = same.get("/v1/models")
        assert_problem(refused, 429, "too_many_requests")
        assert 0 < int(refused.headers["retry-after"]) <= 100
        assert them.get("/v1/models").status_code == 200
        assert service.get("/livez", None).status_code == 200
