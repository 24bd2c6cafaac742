"""Fixtures of the service's tests: fake models, and one service that most tests share."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mmm.fitted import save_model
from mmm.verdict import RULES, judge
from tests.app.running import fake_service
from tests.mmm.fakes import fake_model


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the two models that the fake fit hands out."""
    folder = tmp_path_factory.mktemp("models")
    trusted = fake_model()
    perfect = {rule.name: rule.caution for rule in RULES}
    rejected = replace(trusted, verdict=judge({**perfect, "r_hat": 1.9, "ess_bulk": 20.0}))
    save_model(trusted, folder / "trusted.nc")
    save_model(rejected, folder / "rejected.nc")
    return folder


@pytest.fixture(scope="module")
def client(tmp_path_factory, models) -> Iterator[httpx.Client]:
    """A running service with fake fits; one a module."""
    folder = tmp_path_factory.mktemp("service")
    limits = {"max_body_bytes": 400_000, "max_rows": 500, "max_columns": 40, "fit_workers": 2}
    with fake_service(folder, models, **limits) as running:
        yield running
