"""Fixtures of the service's tests: fake models, and one service that most tests share."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mmm.evidence.record import evidence_of
from mmm.posterior.fitted import save_model
from mmm.posterior.verdict import judge
from mmm.posterior.verdict_limits import RULES
from tests.app import postgres
from tests.app.running import fake_service
from tests.mmm.fakes import fake_model

DATABASES = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the models that the fake fit hands out; the rejected one has no evidence, and the
    long one is of 100 weeks, enough for a backtest."""
    folder = tmp_path_factory.mktemp("models")
    unmarked = fake_model()
    trusted = replace(unmarked, evidence=evidence_of(unmarked))
    perfect = {rule.name: rule.caution for rule in RULES}
    rejected = replace(unmarked, verdict=judge({**perfect, "r_hat": 1.9, "ess_bulk": 20.0}))
    save_model(trusted, folder / "trusted.nc")
    save_model(fake_model(weeks=100), folder / "long.nc")
    save_model(rejected, folder / "rejected.nc")
    return folder


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[postgres.Cluster]:
    """A Postgres server of this test run; skipped where the machine has no binaries for one."""
    where = postgres.binaries()
    if where is None:
        pytest.skip("no Postgres binaries (initdb, postgres) on this machine")
    with postgres.cluster(where) as running:
        yield running


@pytest.fixture(scope="session")
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Makes an empty database of a kind (``sqlite`` or ``postgres``) and returns its URL."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('database') / 'rows.db'}"
        cluster: postgres.Cluster = request.getfixturevalue("postgres_cluster")
        return cluster.fresh()

    return make


@pytest.fixture(scope="module", params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    """The tests of a module that ask for it run once on each kind of database."""
    return str(request.param)


@pytest.fixture(scope="module")
def client(tmp_path_factory, models) -> Iterator[httpx.Client]:
    """A running service with fake fits; one a module."""
    folder = tmp_path_factory.mktemp("service")
    limits = {"max_body_bytes": 400_000, "max_rows": 500, "max_columns": 40, "fit_workers": 2}
    limits |= {"max_fit_cells": 32_000_000}
    with fake_service(folder, models, **limits) as running:
        yield running
