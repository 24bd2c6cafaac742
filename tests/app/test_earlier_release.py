"""A data directory of release 0.1.0, with a stored model and queued jobs, under this release.

``release_0_1_0/data.tar.gz`` was written by that release: a dataset, a model of a simulated world
(80 weeks, 2 x 50 draws), a project, then a fit and a simulation that were queued while no worker
ran. ``expected.json`` is what it answered. Between the two lie the paths of every module, the names
under which jobs are queued, the format of model files, and the migrations.
"""

import json
import math
import tarfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from alembic import command
from sqlalchemy import MetaData, text

from app.db.database import Database, open_database
from app.db.migrate import alembic_config
from mmm.data.panel_to_table import panel_to_table
from mmm.data.scales import DEFAULTS
from mmm.posterior.fitted import load_model
from mmm.spec.model import ModelSpec
from tests.app.running import fake_service, wait_for

RELEASE = Path(__file__).with_name("release_0_1_0")
EXPECTED = json.loads((RELEASE / "expected.json").read_text("utf-8"))
EXPECTED["contributions"]["roi_unit"] = "currency units of profit per currency unit"
"""Units say what they count; in that release it was "currency per currency"."""


def unpack(folder: Path) -> Path:
    """The data directory as that release left it."""
    with tarfile.open(RELEASE / "data.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return folder / "data"


@pytest.fixture(scope="module")
def service(tmp_path_factory, models) -> Iterator:
    with fake_service(unpack(tmp_path_factory.mktemp("release")), models) as client:
        yield client


def copy_as_it_was(source: Path, target: Database) -> None:
    """Make the schema that the release had in another database, and copy its rows unchanged."""
    with closing(open_database(f"sqlite:///{source}")) as old, old.engine.connect() as read:
        revision = read.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        with target.engine.begin() as write:
            command.upgrade(alembic_config(write), revision)
            tables = MetaData()
            tables.reflect(write)
            for table in tables.sorted_tables:
                rows = [dict(row) for row in read.execute(table.select()).mappings()]
                if rows and table.name != "alembic_version":
                    write.execute(table.insert(), rows)


@pytest.mark.slow
def test_rows_of_that_release_are_carried_on_in_postgres(tmp_path, models, new_database) -> None:
    data, url = unpack(tmp_path), new_database("postgres")
    with closing(open_database(url)) as database:
        copy_as_it_was(data / "prudent.db", database)
    with fake_service(data, models, database_url=url) as client:
        answer = client.get(f"/v1/models/{EXPECTED['model_id']}/contributions").json()
        assert _differences(answer, EXPECTED["contributions"]) == []
        assert wait_for(client, EXPECTED["queued"])["status"] == "succeeded"


def test_queued_jobs_are_carried_out(service) -> None:
    fitted = wait_for(service, EXPECTED["queued"])
    assert fitted["status"] == "succeeded"
    simulated = wait_for(service, EXPECTED["queued_simulation"])
    assert simulated["status"] == "succeeded"
    names = [model["name"] for model in service.get("/v1/models").json()["items"]]
    assert sorted(names) == ["queued under 0.1.0", "stored by 0.1.0"]


def test_a_stored_model_answers_as_it_did(service) -> None:
    answer = service.get(f"/v1/models/{EXPECTED['model_id']}/contributions").json()
    assert _differences(answer, EXPECTED["contributions"]) == []


def test_a_stored_model_shows_every_default_and_their_generation(service) -> None:
    model = service.get(f"/v1/models/{EXPECTED['model_id']}").json()
    assert model["defaults"] == {"generation": 1, "current": DEFAULTS}
    assert model["spec"] == ModelSpec.model_validate(model["spec"]).model_dump(mode="json")


def test_its_refit_keeps_its_defaults_and_offers_newer_ones(service, tmp_path) -> None:
    model_id = EXPECTED["model_id"]
    file = tmp_path / "model.nc"
    file.write_bytes(service.get(f"/v1/models/{model_id}/posterior").content)
    base = load_model(file)
    table = panel_to_table(base.panel, base.spec)
    last = table[table[base.spec.date] == table[base.spec.date].max()]
    week = pd.to_datetime(last[base.spec.date]) + timedelta(weeks=1)
    new = last.assign(**{base.spec.date: week.dt.strftime("%Y-%m-%d")})
    body = {"data": {"rows": new.to_dict("records")}}
    answer = service.post(f"/v1/models/{model_id}/refit", json=body)
    result = wait_for(service, answer.json()["id"])["result"]
    refitted = service.get(f"/v1/models/{result['model_id']}").json()
    assert refitted["defaults"] == {"generation": 1, "current": DEFAULTS}
    assert refitted["spec"] == service.get(f"/v1/models/{model_id}").json()["spec"]
    assert any("fit the same specification anew" in note for note in result["stability"]["notes"])
    service.delete(f"/v1/models/{refitted['id']}").raise_for_status()


def test_a_stored_model_can_be_asked_and_planned_with(service) -> None:
    model = f"/v1/models/{EXPECTED['model_id']}"
    last = service.get(model).json()["data"]["end"]
    question = {
        "window": {"start": last, "end": last},
        "do": [{"variable": "price", "scale": 1.1}],
        "accept_rejected": True,
    }
    assert service.post(f"{model}/counterfactual", json=question).status_code == 200
    plan = {
        "horizon": {"start": "2023-07-17", "weeks": 4},
        "budget": {"total": 100_000},
        "accept_rejected": True,
    }
    answer = service.post(f"{model}/allocate", json=plan)
    assert answer.status_code == 200, answer.text
    assert math.fsum(c["spend"] for c in answer.json()["plan"]["channels"]) == pytest.approx(1e5)


def _differences(value, expected, where: str = "") -> list[str]:
    """Where a JSON document differs from what is expected; numbers agree to 1e-9 of their size.

    It may have fields that the release did not have.
    """
    if isinstance(expected, dict):
        assert isinstance(value, dict)
        keys = sorted(expected)
        return [d for k in keys for d in _differences(value[k], expected[k], f"{where}/{k}")]
    if isinstance(expected, list):
        assert isinstance(value, list)
        pairs = enumerate(zip(value, expected, strict=True))
        return [d for k, (a, b) in pairs for d in _differences(a, b, f"{where}/{k}")]
    if isinstance(expected, float) and math.isclose(value, expected, rel_tol=1e-9):
        return []
    return [] if value == expected else [f"{where}: {value!r} in place of {expected!r}"]
