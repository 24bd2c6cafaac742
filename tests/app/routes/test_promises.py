"""The ledger of a project: what its plans promised and what came, counted once for each week."""

from datetime import date

import pytest

from app.contract.projects import PlanPromise
from app.db.experiment_rows import ExperimentRow
from app.services.projects.promises import _apart, _summary, _test
from mmm.interval import Interval
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON
from tests.app.routes.test_plans import PLAN
from tests.app.routes.test_projects import adopted, posted, promoted
from tests.app.routes.test_refits import new_rows
from tests.app.running import fitted_model

INTERVAL = Interval(mean=1.0, p5=0.0, p50=1.0, p95=2.0)


def evaluated(weeks: int) -> dict:
    return {"horizon": {**HORIZON, "weeks": weeks}, "plan": PLAN, "explore": True}


def test_a_ledger_tells_what_each_plan_promised_and_what_came(client) -> None:
    made = client.post("/v1/projects", json={"name": "ledger"}).json()
    project = f"/v1/projects/{made['id']}"
    promoted(client, project, fitted_model(client, TRUSTED))
    empty = client.get(f"{project}/promises").json()
    assert (empty["plans"], empty["ended"]) == ([], 0)
    assert empty["summary"].startswith("No plan of this project has ended")
    short = adopted(client, project, evaluate_plan=evaluated(4))
    long = adopted(client, project, evaluate_plan=evaluated(6))
    waiting = client.get(f"{project}/promises").json()["plans"]
    assert [plan["status"] for plan in waiting] == ["waiting", "waiting"]
    assert waiting[1]["promised"] == short["promised"]
    rows = new_rows()
    assert posted(client, project, rows).status_code == 201
    told = client.get(f"{project}/promises").json()
    newest, oldest = told["plans"]
    assert (newest["plan_id"], newest["status"], newest["weeks"]) == (long["id"], "running", 4)
    assert (oldest["plan_id"], oldest["status"], oldest["weeks"]) == (short["id"], "ended", 4)
    assert oldest["actual"] == pytest.approx(sum(row["sales"] for row in rows))
    low, high = oldest["promised"]["p5"], oldest["promised"]["p95"]
    assert oldest["kept"] == (low <= oldest["actual"] <= high)
    assert told["ended"] == 1
    assert told["kept"] == oldest["kept"]
    versus = client.get(f"{project}/plan-vs-actual", params={"plan_id": short["id"]}).json()
    assert oldest["kept"] == versus["promise_kept"]
    assert oldest["share_below"] == versus["residual"]["share_below"]
    others = sum(
        row["amount"]["mean"] for row in versus["rows"] if row["name"] in ("execution", "market")
    )
    assert oldest["after_execution"] == pytest.approx(others)


def plan(number: int, start: str, end: str, status: str = "ended") -> PlanPromise:
    return PlanPromise.model_validate(
        {
            "plan_id": str(number), "name": "x", "model_id": "m", "start": start, "end": end,
            "status": status, "weeks_planned": 13, "weeks": 13, "promised": INTERVAL,
            "actual": 1.0, "kept": True, "share_below": 0.5, "after_execution": 0.0,
            "unit": "units",
        }
    )  # fmt: skip


def test_weeks_are_judged_once() -> None:
    plans = [
        plan(4, "2024-06-03", "2024-08-26", "running"),
        plan(3, "2024-03-04", "2024-05-27"),
        plan(2, "2024-01-29", "2024-04-22"),  # shares weeks with the one after it
        plan(1, "2023-10-30", "2024-01-22"),
    ]
    assert [each.plan_id for each in _apart(plans)] == ["3", "1"]
    assert plans[0].start == date(2024, 6, 3)


@pytest.mark.parametrize(("surprise", "kept"), [(1.6, True), (-1.7, False)])
def test_a_test_that_was_read_is_a_promise_too(surprise, kept) -> None:
    row = ExperimentRow(
        id="exp_1", name="tv off", model_id="m", channel="tv",
        lift_test={"test": {"result": {"lift": 12.0, "se": 3.0}}, "surprise": surprise},
    )  # fmt: skip
    (told,) = _test(row)
    assert (told.measured, told.standard_error, told.kept) == (12.0, 3.0, kept)
    row.lift_test = None
    assert list(_test(row)) == []


def test_the_sentence_counts() -> None:
    assert _summary(3, 2, 1, 1) == (
        "Of the 3 plans that have ended, 2 came inside the 90 % interval that was promised. Of the "
        "test that was read, 1 came out where the model expected it."
    )
