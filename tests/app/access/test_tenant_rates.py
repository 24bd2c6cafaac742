"""A tenant that asks too often is told when to come back, by however many processes it asks."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.access.rates import RateLimit
from app.access.shared_rates import SharedRateLimiter
from app.db.database import Database, open_database
from app.db.rates import RateRow, database_time
from app.errors import TooManyRequests
from tests.app.http.test_contract import assert_problem
from tests.app.keyed import bearer, keyed_service
from tests.app.running import fake_service


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


def test_tenant_that_asks_two_services_of_one_database_has_one_rate(
    tmp_path, models, new_database
) -> None:
    slow = {"tenant_requests_per_second": 0.001, "tenant_burst": 12}
    shared = {"database_url": new_database("postgres"), "auth": "keys", "key_secret": "k" * 32}
    shared |= {"work_in_process": False} | slow
    with (
        keyed_service(tmp_path / "first", models, **shared) as first,
        fake_service(tmp_path / "second", models, **shared) as second,
        ThreadPoolExecutor(8) as threads,
    ):
        key = bearer(first.key("read", "us"))
        clients = [first.client, second] * 12
        asked = lambda client: client.get("/v1/models", headers=key).status_code  # noqa: E731
        answers = list(threads.map(asked, clients))
        other = bearer(first.key("read", "them"))
        assert second.get("/v1/models", headers=other).status_code == 200
    assert sorted(set(answers)) == [200, 429]
    assert answers.count(200) == 12


@pytest.fixture
def database(new_database, database_kind) -> Iterator[Database]:
    opened = open_database(new_database(database_kind))
    opened.upgrade()
    yield opened
    opened.close()


def granted(rates: SharedRateLimiter, asked: int) -> int:
    """How many of so many requests were let in."""
    let_in = 0
    for _ in range(asked):
        try:
            rates.take("us")
            let_in += 1
        except TooManyRequests:
            continue
    return let_in


class Clocks:
    """The clock of a database, which may jump, and that of the processes, which does not."""

    def __init__(self) -> None:
        self.database, self.steady = 1_700_000_000.0, 100.0

    def go_on(self, seconds: float) -> None:
        self.database += seconds
        self.steady += seconds

    def rates(self, database: Database, limit: RateLimit) -> SharedRateLimiter:
        return SharedRateLimiter(
            database, limit, lambda _session: self.database, lambda: self.steady
        )


def test_tenant_rate_in_the_database_is_a_burst_and_then_a_steady_flow(database) -> None:
    clocks = Clocks()
    one, other = (clocks.rates(database, RateLimit(2.0, 8)) for _ in range(2))
    assert granted(one, 5) + granted(other, 5) == 8
    clocks.go_on(1.5)
    assert granted(one, 5) + granted(other, 5) == 3
    clocks.go_on(1000.0)
    assert granted(other, 20) == 8


@pytest.mark.parametrize(("days", "at_once"), [(-1, 0), (1, 8)])
def test_tenant_rate_in_the_database_survives_a_clock_that_jumps_by_a_day(
    database, days, at_once
) -> None:
    clocks = Clocks()
    rates = clocks.rates(database, RateLimit(2.0, 8))
    assert granted(rates, 10) == 8
    clocks.go_on(0.5)
    clocks.database += 86_400.0 * days
    assert granted(rates, 20) == at_once
    clocks.go_on(1.5)
    assert granted(rates, 20) == 3, "the flow goes on"


def test_tenant_rate_in_the_database_follows_the_databases_clock(database) -> None:
    with database.read() as session:
        assert abs(database_time(session) - time.time()) < 60.0
    assert granted(SharedRateLimiter(database, RateLimit(0.001, 2)), 3) == 2


def test_tenant_rate_is_counted_by_each_process_where_the_database_takes_no_writes(
    new_database,
) -> None:
    url = new_database("postgres")
    writable = open_database(url)
    writable.upgrade()
    writable.close()
    standby = open_database(url + "&options=-cdefault_transaction_read_only%3Don")
    assert granted(Clocks().rates(standby, RateLimit(0.001, 5)), 20) == 5
    standby.close()


def test_tenant_rate_in_the_database_is_written_once_for_several_requests(database) -> None:
    rates = Clocks().rates(database, RateLimit(1.0, 64))
    left = []
    for _ in range(9):
        rates.take("us")
        with database.read() as session:
            left.append(session.get_one(RateRow, "us").level)
    assert left == [60.0] * 4 + [56.0] * 4 + [52.0]


def test_tenant_rate_in_the_database_holds_for_many_threads_of_many_processes(database) -> None:
    several = [Clocks().rates(database, RateLimit(0.001, 40)) for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        let_in = list(threads.map(lambda rates: granted(rates, 10), several * 4))
    assert 40 - 4 * 2 < sum(let_in) <= 40, "less by what each may hold in advance"
