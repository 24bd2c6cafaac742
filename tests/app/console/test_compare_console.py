"""``prudent compare``: which rivals and how many fits; what was found, as tables."""

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.console.compare_command import regrets_table, scores_table
from app.contract.trust.compare import ComparisonAnswer, Regret, RivalDecision
from app.display.figures import console
from mmm.posterior.fitted import save_model
from mmm.trust.rivals.answer import ComparedRivals
from mmm.trust.rivals.differences import compared
from tests.mmm.fakes import fake_model
from tests.mmm.trust.rivals.test_differences import noise, origins


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("compare") / "model.nc"
    save_model(fake_model(weeks=100, draws=20), path)
    return path


def test_an_estimate_names_the_rivals_and_the_fits(file) -> None:
    asked = ("--rival", "with AR(1)", "--rival", "tv drifts", "--origins", "3", "--estimate")
    done = CliRunner().invoke(cli, ["compare", str(file), *asked])
    assert done.exit_code == 0, done.output
    # Three models at three origins, and both rivals on all the data.
    assert "fits that this takes: 11" in done.output
    proposed = CliRunner().invoke(cli, ["compare", str(file), "--estimate"])
    assert "with AR(1) + with heavy tails: " in proposed.output


def test_what_is_no_edit_is_told(file) -> None:
    done = CliRunner().invoke(cli, ["compare", str(file), "--rival", "with magic"])
    assert done.exit_code != 0
    assert "no edit 'with magic'" in (done.output + str(done.exception))


def test_scores_and_regrets_are_tables() -> None:
    base = noise()
    comparison = compared({"the model": origins(base), "rival": origins(base + 1.0)}, (4,), 4)
    decision = RivalDecision(
        weeks=13,
        unit="EUR",
        regrets=(Regret(plan_of="rival", under="the model", overlap=0.75, regret=1234.0),),
        tests=(),
        sentence="",
    )
    answer = ComparisonAnswer(
        found=ComparedRivals(models=(), comparison=comparison),
        model_ids={},
        mix=(),
        decision=decision,
        summary="",
    )
    output = console()
    with output.capture() as captured:
        output.print(scores_table(answer))
        output.print(regrets_table(answer))
    text = captured.get()
    assert "1.00 (s.e. 0.00)" in text
    assert "75%" in text
    assert "1,234" in text
