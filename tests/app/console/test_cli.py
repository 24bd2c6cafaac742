"""The command line as its users meet it: child processes, files, exit codes, plain sentences."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.app.console.processes import run_prudent
from tests.mmm.fakes import RICH, TINY, table

ROOT = Path(__file__).parents[3]
WINDOW = ["--start", "2022-11-07", "--end", "2023-01-30"]


def variables(folder: Path) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder)}


def prudent(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    return run_prudent(*arguments, folder=folder, variables=variables(folder))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a table, its specification, and one that is quick to compile."""
    folder: Path = tmp_path_factory.mktemp("cli")
    table().to_csv(folder / "data.csv", index=False)
    (folder / "spec.json").write_text(json.dumps(RICH))
    (folder / "tiny.json").write_text(json.dumps(TINY))
    return folder


def test_help_names_every_command_and_loads_nothing_heavy(folder) -> None:
    found = prudent("--help", folder=folder)
    assert found.returncode == 0
    for command in (
        "example",
        "init",
        "check",
        "fit",
        "whatif",
        "allocate",
        "report",
        "serve",
        "reshape",
    ):
        assert command in found.stdout
    light = "import sys, app.cli; sys.exit(any(m in sys.modules for m in ('numpy', 'fastapi')))"
    subprocess.run([sys.executable, "-c", light], cwd=ROOT, check=True)


def test_version_is_that_of_the_distribution(folder) -> None:
    command = [sys.executable, "-m", "app.cli", "version"]
    found = subprocess.run(
        command, cwd=folder, env=variables(folder), capture_output=True, text=True, check=True
    )
    assert (found.stdout, found.stderr) == ("prudent 0.1.0\n", "")


@pytest.mark.parametrize("geos", [1, 3])
def test_an_example_passes_the_check_and_is_never_replaced_unasked(tmp_path, geos) -> None:
    made = prudent("example", "tried", "--geos", geos, folder=tmp_path)
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("true returns on spend: tv ")
    files = [tmp_path / "tried" / name for name in ("weeks.csv", "spec.json")]
    checked = prudent("check", *files, folder=tmp_path)
    first, *table = checked.stdout.splitlines()
    assert first == f"ok: 104 weeks (2022-01-03 to 2023-12-25), {geos} geo(s)"
    assert "what the priors imply" in table[0]
    before = [file.read_bytes() for file in files]
    again = prudent("example", "tried", "--seed", 1, folder=tmp_path)
    assert (again.returncode, [file.read_bytes() for file in files]) == (2, before)
    assert "would be replaced" in again.stderr
    forced = prudent("example", "tried", "--geos", geos, "--force", folder=tmp_path)
    assert (forced.returncode, [file.read_bytes() for file in files]) == (0, before)


def test_a_file_that_cannot_be_written_is_told_before_the_fit(folder) -> None:
    found = prudent("fit", "data.csv", "spec.json", "-o", "nowhere/model.nc", folder=folder)
    assert found.returncode == 2
    assert "nowhere does not exist" in " ".join(found.stderr.split())
    assert "sampling" not in found.stdout


def test_an_example_can_have_the_weeks_that_come_after(tmp_path) -> None:
    made = prudent("example", "tried", "--weeks", 60, "--new-weeks", 4, folder=tmp_path)
    assert made.returncode == 0, made.stderr
    first, later = (
        pd.read_csv(tmp_path / "tried" / name) for name in ("weeks.csv", "new_weeks.csv")
    )
    assert list(first.columns) == list(later.columns)
    weeks = pd.to_datetime(pd.concat([first["week"], later["week"]]))
    assert (len(first), len(later), weeks.diff().dropna().unique().tolist()) == (
        60, 4, [pd.Timedelta(weeks=1)]
    )  # fmt: skip
    assert int((first["new_video"] > 0).sum()) == 10, "as without the weeks after"


def test_a_drafted_spec_passes_the_check(folder) -> None:
    drafted = prudent("init", "data.csv", "-o", "draft.json", folder=folder)
    assert drafted.returncode == 0, drafted.stderr
    assert "tv_spend" in json.loads((folder / "draft.json").read_text())["channels"]
    assert "not used" in drafted.stderr
    checked = prudent("check", "data.csv", "draft.json", folder=folder)
    assert checked.stdout.startswith("ok: 60 weeks (2022-01-03 to 2023-02-20), 1 geo(s)\n")


def test_bad_data_exits_with_2_and_names_row_column_and_value(folder) -> None:
    broken = table()
    broken.loc[3, "tv_spend"] = -5.0
    broken.to_csv(folder / "broken.csv", index=False)
    found = prudent("check", "broken.csv", "spec.json", folder=folder)
    assert found.returncode == 2
    assert "line 5, column 'tv_spend': -5 is spend and cannot be negative" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{", "spec is not valid JSON"),
        ('{"kpi": {"column": "sales"}, "date": "week", "channels": ["tv_spend"], "x": 1}', "/x:"),
        ('{"kpi": {"column": "sales"}, "date": "week", "channels": ["gone"]}', "no column 'gone'"),
    ],
)
def test_a_bad_spec_exits_with_2_and_names_the_field(folder, spec: str, message: str) -> None:
    (folder / "bad.json").write_text(spec)
    found = prudent("check", "data.csv", "bad.json", folder=folder)
    assert found.returncode == 2
    assert message.replace("spec is", "bad.json is") in found.stderr


def test_a_long_table_becomes_wide(folder) -> None:
    frame = table(weeks=5)[["week", "sales", "tv_spend"]]
    long = frame.melt(id_vars="week", var_name="name", value_name="amount")
    long.to_csv(folder / "long.csv", index=False)
    columns = ["--date", "week", "--variable", "name", "--value", "amount"]
    found = prudent("reshape", "long.csv", *columns, "-o", "wide.csv", folder=folder)
    assert found.returncode == 0, found.stderr
    assert (folder / "wide.csv").read_text().splitlines()[0] == "week,sales,tv_spend"


def test_a_what_if_answers_as_a_table_and_as_json(folder, models) -> None:
    action = ["--do", "tv:scale=0", *WINDOW]
    text = prudent("whatif", models / "trusted.nc", *action, folder=folder)
    assert "effect, including carryover after the window" in text.stdout, text.stderr
    found = prudent("whatif", models / "trusted.nc", *action, "--json", folder=folder)
    answer = json.loads(found.stdout)
    assert answer["effect"]["p95"] <= 0.0
    assert answer["unit"] == "units"


def test_an_action_that_cannot_be_read_shows_how_to_write_it(folder, models) -> None:
    found = prudent("whatif", models / "trusted.nc", "--do", "tv:scal=0", folder=folder)
    assert found.returncode == 2
    assert "set|scale|add=NUMBER" in found.stderr


def test_an_allocation_spends_the_total_and_keeps_its_limits(folder, models) -> None:
    limits = ["--total", 1000, "--max", "tv=100", "--fixed", "radio=50", "--explore", "--json"]
    found = prudent("allocate", models / "trusted.nc", *limits, folder=folder)
    plan = {c["name"]: c["spend"] for c in json.loads(found.stdout)["plan"]["channels"]}
    assert sum(plan.values()) == pytest.approx(1000.0)
    assert plan["tv"] <= 100.0 + 1e-6
    assert plan["radio"] == pytest.approx(50.0)


def test_limits_that_conflict_exit_with_2_and_name_the_numbers(folder, models) -> None:
    limits = ["--total", 100, "--min", "tv=80", "--min", "radio=40"]
    found = prudent("allocate", models / "trusted.nc", *limits, folder=folder)
    assert found.returncode == 2
    assert "120" in found.stderr
    assert "100" in found.stderr


def test_a_given_plan_is_scored_and_its_faults_are_named(models, folder) -> None:
    plan = [item for name in ("tv", "search", "radio", "mail") for item in ("--plan", f"{name}=90")]
    found = prudent("evaluate-plan", models / "trusted.nc", *plan, folder=folder)
    assert found.returncode == 0, found.stderr
    assert "versus current" in found.stdout
    assert "plan: 360" in found.stdout
    partial = prudent("evaluate-plan", models / "trusted.nc", *plan[:2], folder=folder)
    assert partial.returncode == 2
    assert "say what search, radio, mail get" in partial.stderr
    wrong = prudent("evaluate-plan", models / "trusted.nc", "--plan", "tv", folder=folder)
    assert wrong.returncode == 2
    assert "write CHANNEL=NUMBER" in wrong.stderr


@pytest.mark.slow
def test_warm_makes_the_code_that_a_later_fit_finds(folder) -> None:
    first = prudent("warm", "data.csv", "tiny.json", folder=folder)
    assert first.returncode == 0, first.stderr
    made = {path for path in folder.rglob("prudent/*.zip") if path.is_file()}
    assert made
    again = prudent("warm", "data.csv", "tiny.json", folder=folder)
    assert again.stderr.startswith("ready after")
    assert {path for path in folder.rglob("prudent/*.zip") if path.is_file()} == made
    served = prudent("warm", "data.csv", "tiny.json", "--data-dir", "service", folder=folder)
    assert served.returncode == 0, served.stderr
    (code,) = made
    assert (folder / "service/cache/code" / code.name).is_file()


def test_a_rejected_model_is_refused_with_its_reason_unless_accepted(folder, models) -> None:
    refused = prudent("allocate", models / "rejected.nc", folder=folder)
    assert refused.returncode == 1
    assert "R-hat" in refused.stderr
    assert "--accept-rejected" in refused.stderr
    accepted = prudent("allocate", models / "rejected.nc", "--accept-rejected", folder=folder)
    assert accepted.returncode == 0
    assert "do not base budget decisions on" in accepted.stderr


def test_contributions_and_report_come_from_the_model_file(folder, models) -> None:
    found = prudent("contributions", models / "trusted.nc", "--by", "week", folder=folder)
    assert "2022-01-03" in found.stdout
    written = prudent("report", models / "trusted.nc", "-o", "page.html", folder=folder)
    assert written.returncode == 0, written.stderr
    page = (folder / "page.html").read_text()
    assert page.index("<h2>What to do, and how sure</h2>") < page.index("<h2>What happened</h2>")


@pytest.mark.parametrize(
    "command",
    [
        ["contributions"],
        ["graph"],
        ["whatif", "--do", "tv:scale=0"],
        ["allocate", "--weeks", "2"],
    ],
    ids=lambda command: command[0],
)
def test_questions_to_a_model_file_load_no_service(models, command) -> None:
    run = (
        "import sys; from app.cli import cli; cli(sys.argv[1:], standalone_mode=False); "
        "assert 'mmm.posterior.fitted' in sys.modules; "
        "assert not {'fastapi', 'sqlalchemy', 'alembic', 'dbos'} & {*sys.modules}"
    )
    arguments = [command[0], models / "trusted.nc", *command[1:]]
    child = [sys.executable, "-c", run, *map(str, arguments)]
    done = subprocess.run(child, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_a_file_that_is_no_model_exits_with_2(folder) -> None:
    found = prudent("contributions", "spec.json", folder=folder)
    assert found.returncode == 2
    assert "spec.json is not a readable model file" in found.stderr


def test_serve_refuses_an_address_that_others_can_reach(folder) -> None:
    found = prudent("serve", "--host", "0.0.0.0", "--port", 0, folder=folder)
    assert found.returncode == 1
    assert "can be reached from other machines" in found.stderr


@pytest.mark.slow
def test_fit_writes_a_model_that_the_other_commands_read(folder) -> None:
    """The whole path with real sampling: a few draws, so the model is rejected but readable."""
    short = ["--draws", 60, "--tune", 100, "--chains", 2]
    found = prudent("fit", "data.csv", "tiny.json", *short, "-o", "own.nc", folder=folder)
    assert found.returncode == 0, found.stderr
    assert "chain 2" in found.stderr
    assert "verdict:" in found.stdout
    assert prudent("contributions", "own.nc", folder=folder).returncode == 0
