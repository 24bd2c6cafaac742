"""While one tenant attacks a real service, the others hardly notice: the attacks made smaller."""

import pytest

from benchmarks.hostile.attacks import ATTACKS
from benchmarks.hostile.run import Noticed, run
from benchmarks.load_report import MEBIBYTE, quantile

EXPECTED = {
    "60 uploads of 1 MB": {"201"},
    "45 MB of empty objects to /v1/fit": {"422"},
    "45 MB of empty rows to /v1/fit": {"422"},
    "60 MB to a model that does not exist": {"404"},
    "60 MB of CSV commas": {"422"},
    "a Parquet bomb, 60 million cells": {"201", "422"},
    "20 plans of 4 MB with a million faults": {"422"},
    "4 bodies in chunks of one byte": {"422"},
    "300 event streams": {"200"},
}
SCALE = 0.15


@pytest.fixture(scope="module")
def noticed() -> dict[str, Noticed]:
    return {found.name: found for found in run(tuple(EXPECTED), SCALE)}


@pytest.mark.slow
def test_attacks_are_answered_as_they_should_be(noticed) -> None:
    for name, found in noticed.items():
        assert found.answers
        assert {*found.answers} <= EXPECTED[name], name
    assert {*EXPECTED} <= {*ATTACKS}


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPECTED)
def test_others_hardly_notice(noticed, name) -> None:
    """The bounds are far above what is measured, and far below what parsing in a thread took."""
    found = noticed[name]
    assert found.failed == 0
    assert len(found.livez) > 5
    assert max(found.livez) < 1.0
    assert quantile(found.other, 0.99) < 2.0
    assert found.memory < 800 * MEBIBYTE
