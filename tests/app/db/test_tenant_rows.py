"""Sessions of a tenant: they see, change and delete their own rows only, whatever the statement."""

import pytest
from sqlalchemy import delete, select, update

from app.db import operations
from app.db.artefact_keys import referenced
from app.db.database import Database, open_database
from app.db.models import Base, DatasetRow, OperationRow, TenantOwned
from app.db.pages import read_page
from app.db.tenancy import ALL_TENANTS, ForeignTenant


@pytest.fixture
def database(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    opened.upgrade()
    yield opened
    opened.close()


@pytest.fixture
def two(database) -> tuple[Database, Database]:
    """The database of two tenants, each with a dataset (of equal bytes) and an operation."""
    found = database.of("us"), database.of("them")
    for tenant, seen in zip(("us", "them"), found, strict=True):
        with seen.write() as session:
            session.add(dataset(f"ds_{tenant}"))
            session.add(OperationRow(id=f"op_{tenant}", kind="fit", request={}))
    return found


def dataset(name: str, **changes) -> DatasetRow:
    fixed = {"media_type": "text/csv", "artefact_key": "k", "bytes": 1, "profile": {}}
    return DatasetRow(id=name, **fixed, **changes)


def test_tenant_sees_its_own_rows_only(two) -> None:
    us, _ = two
    with us.read() as session:
        assert session.get(DatasetRow, "ds_them") is None
        assert session.get(OperationRow, "op_them", populate_existing=True) is None
        assert [row.id for row in session.scalars(select(DatasetRow))] == ["ds_us"]
        assert [row.id for row in read_page(session, DatasetRow, 10, None).items] == ["ds_us"]
        assert [row.id for row in operations.active(session)] == ["op_us"]
        columns = select(DatasetRow.id).where(DatasetRow.artefact_key == "k")
        assert session.scalars(columns).all() == ["ds_us"]


def test_tenant_changes_and_deletes_its_own_rows_only(database, two) -> None:
    us, _ = two
    with us.write() as session:
        assert operations.claim(session, "op_them", "any") is None
        assert not operations.request_cancel(session, "op_them")
        session.execute(update(DatasetRow).values(name="ours"))
        session.execute(delete(OperationRow))
    with database.read() as session:
        names = {row.id: row.name for row in session.scalars(select(DatasetRow))}
        left = session.scalars(select(OperationRow.id)).all()
    assert names == {"ds_us": "ours", "ds_them": None}
    assert left == ["op_them"]


def test_tenant_owns_what_it_adds_and_nothing_else(database, two) -> None:
    us, _ = two
    with us.write() as session:
        session.add(dataset("ds_new"))
    with pytest.raises(ForeignTenant, match="them"), us.write() as session:
        session.add(dataset("ds_smuggled", tenant="them"))
    with database.read() as session:
        owners = {row.id: row.tenant for row in session.scalars(select(DatasetRow))}
    assert owners == {"ds_us": "us", "ds_them": "them", "ds_new": "us"}


def test_bytes_of_two_tenants_are_kept_until_neither_names_them(two) -> None:
    us, them = two
    for seen, name, left in ((us, "ds_us", True), (them, "ds_them", False)):
        with seen.write() as session:
            session.delete(session.get_one(DatasetRow, name))
            session.flush()
            assert bool(referenced(session, ["k"])) is left


def test_all_tenants_are_seen_where_a_statement_says_so(two) -> None:
    us, _ = two
    with us.read() as session:
        found = session.scalars(select(DatasetRow.id).execution_options(**ALL_TENANTS)).all()
    assert sorted(found) == ["ds_them", "ds_us"]


SHARED: set[str] = {"tenant_rates", "workers"}


def test_every_table_belongs_to_tenants_or_is_named_here() -> None:
    mapped = {mapper.class_ for mapper in Base.registry.mappers}
    unowned = {table.__tablename__ for table in mapped if not issubclass(table, TenantOwned)}
    assert unowned == SHARED
