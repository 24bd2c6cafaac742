"""A second model beside a model file is asked by plans, if it belongs to the model."""

import json

import pytest

from app.console.second_file import second_beside, second_file
from app.contract.documents import SecondModelDocument
from app.services.planning.second_opinion import SecondModel
from mmm.posterior.fitted import save_model
from mmm.spec.rival import rival_of
from tests.app.console.test_cli import prudent
from tests.mmm.fakes import RICH, fake_model


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.nc"
    save_model(fake_model(RICH), path)
    return path


def standing(second: SecondModel) -> SecondModelDocument:
    assert second.document is not None
    return second.document


def rival_document() -> dict:
    return rival_of(fake_model(RICH).spec).spec.model_dump(mode="json")


def test_where_there_is_none_plans_say_how_to_get_one(path) -> None:
    second = second_beside(path, fake_model(RICH))
    assert second.fitted is None
    assert standing(second).status == "skipped"
    assert standing(second).reason == "none was fitted; prudent fit --second-model fits it"


def test_the_rival_of_the_same_data_is_asked(path) -> None:
    save_model(fake_model(rival_document()), second_file(path))
    assert second_file(path).name == "model.second.nc"
    second = second_beside(path, fake_model(RICH))
    assert standing(second).status == "ready"
    assert second.fitted is not None
    channels = fake_model(RICH).structure.channels
    plan = [word for name in channels for word in ("--plan", f"{name}=9.0")]
    options = ("--weeks", "2", "--explore", "--accept-rejected", "--json")
    found = prudent("evaluate-plan", path, *plan, *options, folder=path.parent)
    assert found.returncode == 0, found.stderr
    answer = json.loads(found.stdout)
    assert answer["second_model"]["status"] == "ready"
    assert 0.0 <= answer["second_model"]["probability_better"] <= 1.0


@pytest.mark.parametrize(
    ("document", "panel"), [(RICH, {}), (None, {"seed": 5}), (None, {"weeks": 70})]
)
def test_one_of_another_model_is_left_alone(path, document, panel) -> None:
    save_model(fake_model(document or rival_document(), **panel), second_file(path))
    second = second_beside(path, fake_model(RICH))
    assert second.fitted is None
    assert "model.second.nc belongs to another specification or to other data" in (
        standing(second).reason or ""
    )


def test_a_draft_has_no_second_model(tmp_path) -> None:
    (tmp_path / "table.csv").write_text("week,sales\n")
    (tmp_path / "model.json").write_text("{}")
    refused = prudent(
        *("fit", "table.csv", "model.json", "--second-model", "--method", "laplace"),
        folder=tmp_path,
    )
    assert refused.returncode == 2
    assert "a draft by laplace has no second model" in " ".join(refused.stderr.split())
