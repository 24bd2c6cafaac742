"""Storing what a tenant's limits allow: no lock is held meanwhile, and limits hold all the same."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy.orm import Session

from app.db.database import Database, open_database
from app.errors import TooManyRequests
from app.services.administration.quotas import check_bytes, store_if_allowed
from app.settings import Settings
from tests.app.services.test_retention import dataset

KEY = "a" * 64


@pytest.fixture
def database(new_database, database_kind) -> Iterator[Database]:
    with closing(open_database(new_database(database_kind))) as opened:
        opened.upgrade()
        yield opened.of("us")


def within_two_bytes(session: Session) -> None:
    check_bytes(session, Settings(tenant_bytes=2), more=1)


def add(database: Database, key: str) -> str:
    with database.write() as session:
        session.add(dataset(key))
    return key


def test_others_write_while_a_store_is_slow_and_the_limit_is_checked_again(database) -> None:
    """What another request adds meanwhile, in the same tenant, is what waits for no lock."""
    others = [add(database, "b" * 64)]

    def store() -> str:
        others.append(add(database, "c" * 64))
        return KEY

    key_if_allowed = store_if_allowed(database, within_two_bytes, store)
    assert len(others) == 2
    with pytest.raises(TooManyRequests), database.write() as session:
        key_if_allowed(session)


def test_what_is_over_the_limit_is_not_stored(database) -> None:
    for key in ("b" * 64, "c" * 64):
        add(database, key)

    def store() -> str:
        raise AssertionError("it is stored")

    with pytest.raises(TooManyRequests):
        store_if_allowed(database, within_two_bytes, store)
