"""docs/operations.md is true: its settings are the settings, its metrics are the metrics."""

import re

from prometheus_client import REGISTRY

import app.runtime.metrics
from app.configuration import settings_table, variable
from app.settings import Settings
from tests.app.running import ROOT

PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")


def test_the_table_of_settings_is_that_of_the_release() -> None:
    assert PAGE.endswith(settings_table()), "replace the table by that of: prudent config table"


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_variable_on_the_page_is_a_setting() -> None:
    known = {variable(name) for name in Settings.model_fields}
    assert set(re.findall(r"PRUDENT_[A-Z_]*[A-Z]", PAGE)) - known == set()


def test_every_metric_on_the_page_exists() -> None:
    assert app.runtime.metrics.REQUESTS in REGISTRY._collector_to_names
    names = {name for names in REGISTRY._collector_to_names.values() for name in names}
    found = set(re.findall(r"`(prudent_[a-z_]+)", PAGE)) - {"prudent_operations"}
    assert len(found) >= 8
    assert found <= names
