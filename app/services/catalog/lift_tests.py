"""The register of lift tests: stored once, referred to by id in specifications.

A model stores copies of its tests, so later changes of the register do not affect fitted models.
"""

from collections.abc import Sequence
from typing import Any

from app.context import Context
from app.db.found import find_row, row_to_change
from app.db.models import LiftTestRow
from app.db.pages import RowPage, read_page
from app.errors import InvalidRequest
from app.ids import new_id
from mmm.errors import Issue, pointer
from mmm.lift.importers import (
    from_causalpy,
    from_geolift,
    from_platform,
    from_pymc_marketing,
)
from mmm.spec.lift_test import LiftTest

OWN = "prudent"
READERS = {
    "pymc-marketing": from_pymc_marketing,
    "causalpy": from_causalpy,
    "geolift": from_geolift,
    "platform": from_platform,
}


def read(
    tests: Sequence[LiftTest] | None, rows: Sequence[dict[str, Any]] | None, form: str | None
) -> tuple[Sequence[LiftTest], str]:
    """Tests and their source; raises SpecError for rows that are not lift tests."""
    if rows is None or form is None:
        return tests or (), OWN
    return READERS[form](rows), form


def register(context: Context, tests: Sequence[LiftTest], source: str) -> list[LiftTestRow]:
    """Store all tests or none; ``source`` is the format they were imported from."""
    rows = [
        LiftTestRow(
            id=new_id("lt"),
            channel=test.channel,
            source=source,
            test=test.model_dump(mode="json", exclude_defaults=True),
        )
        for test in tests
    ]
    with context.database.write() as session:
        session.add_all(rows)
    return rows


def find(context: Context, test_id: str) -> LiftTestRow:
    """The test's row; raises NotFound."""
    return find_row(context.database, LiftTestRow, "lift test", test_id)


def page(context: Context, limit: int, page_token: str | None) -> RowPage[LiftTestRow]:
    """One page of lift tests, newest first."""
    with context.database.read() as session:
        return read_page(session, LiftTestRow, limit, page_token)


def remove(context: Context, test_id: str) -> None:
    """Delete the test; models fitted with it keep their copies."""
    with context.database.write() as session:
        row = row_to_change(session, LiftTestRow, "lift test", test_id)
        session.delete(row)


def resolved(context: Context, tests: Sequence[LiftTest | str]) -> list[LiftTest]:
    """Inline tests unchanged, and ids replaced by the registered tests; raises InvalidRequest."""
    lift_tests: list[LiftTest] = []
    issues: list[Issue] = []
    with context.database.read() as session:
        for i, item in enumerate(tests):
            if isinstance(item, LiftTest):
                lift_tests.append(item)
                continue
            row = session.get(LiftTestRow, item)
            if row is None:
                where = pointer("model", "lift_tests", i)
                issues.append(Issue(where, "unknown_lift_test", f"there is no lift test {item!r}"))
            else:
                lift_tests.append(LiftTest.model_validate(row.test))
    if issues:
        raise InvalidRequest(issues)
    return lift_tests
