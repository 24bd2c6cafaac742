"""The typed client against a real service whose fits are fakes."""

import io

import pandas as pd
import pytest
from rich.console import Console

from app.client import Client, ClientError, OperationError, ServiceError
from app.contract.documents import OperationDocument
from tests.app.fake_fit import ENDLESS, RAISES, SLOW
from tests.app.http.test_contract import HORIZON
from tests.app.routes.test_lift_register import TEST
from tests.app.routes.test_refits import new_rows
from tests.app.running import rows, wait_until
from tests.mmm.fakes import RICH, table
from tests.mmm.tables.files_of_people import SALES, TV, WEEKS, book

WINDOW = {"start": "2022-11-07", "end": "2023-01-30"}


@pytest.fixture(scope="module")
def api(client):
    with Client(str(client.base_url)) as found:
        yield found


@pytest.fixture(scope="module")
def model_id(api) -> str:
    content = table().to_csv(index=False).encode()
    dataset = api.create_dataset(content, name="shop")
    assert dataset.profile.rows == 60
    seen: list[OperationDocument] = []
    operation = api.fit({"dataset_id": dataset.id}, RICH, {"seed": 0, "draws": 50}, name="first")
    done = api.wait(operation, seen.append, every=0.05)
    assert seen[-1].status == "succeeded"
    return str(done.model_id)


def test_a_model_answers_every_question(api, model_id) -> None:
    assert api.model(model_id).verdict.status == "trusted"
    assert {c.name for c in api.contributions(model_id).channels} == {
        "tv",
        "search",
        "radio",
        "mail",
    }
    assert api.curves(model_id).channels[0].name == "tv"
    question = {"window": WINDOW, "do": [{"variable": "tv", "scale": 0.0}]}
    assert api.counterfactual(model_id, question).effect.mean < 0.0
    assert "<!doctype html>" in api.report(model_id)
    assert api.posterior(model_id)[:4] == b"\x89HDF"


def test_an_allocation_comes_back_typed(api, model_id) -> None:
    request = {"horizon": {"start": "2023-02-27", "weeks": 4}, "budget": {"total": 400.0}}
    found = api.allocate(model_id, request)
    assert found.plan.total == pytest.approx(400.0)


def test_check_tells_the_weeks_and_refuses_with_the_problem(api) -> None:
    assert api.check({"rows": rows()}, RICH).weeks == 60
    with pytest.raises(ServiceError) as refused:
        api.check({"rows": rows()}, {**RICH, "controls": ["gone"]})
    assert refused.value.problem.status == 422
    assert refused.value.problem.errors[0].code == "column_missing"


def test_an_error_tells_every_fault_and_one_alone_once(api, model_id) -> None:
    with pytest.raises(ServiceError) as several:
        api.allocate(model_id, {"horizon": {"weeks": 0}})
    for pointer in ("/horizon/start", "/horizon/weeks", "/budget"):
        assert f"\n  {pointer}: " in str(several.value)
    with pytest.raises(ServiceError) as one:
        api.allocate(model_id, {"horizon": HORIZON})
    assert str(one.value) == "422 validation: /budget: Field required"


def test_what_is_not_there_is_a_404(api) -> None:
    with pytest.raises(ServiceError, match="404 not_found"):
        api.model("m_nothing")


def test_a_failed_and_a_cancelled_fit_raise_with_the_operation(api) -> None:
    failed = api.fit({"rows": rows()}, RICH, {"seed": RAISES, "draws": 50})
    with pytest.raises(OperationError) as error:
        api.wait(failed, every=0.05)
    assert error.value.operation.status == "failed"
    slow = api.fit({"rows": rows()}, RICH, {"seed": SLOW, "draws": 50})
    wait_until(lambda: api.operation(slow.id).status == "running")
    api.cancel(slow.id)
    with pytest.raises(OperationError, match="cancelled"):
        api.wait(slow, every=0.05)


def test_a_watched_operation_is_told_to_its_end_and_can_be_stopped(api) -> None:
    endless = api.fit({"rows": rows()}, RICH, {"seed": ENDLESS, "draws": 50})
    seen = []
    for operation in api.watch(endless.id):
        seen.append(operation)
        if operation.stage == "sampling" and len(seen) < 20:
            api.stop(endless.id)
    assert seen[0].status in {"queued", "running"}
    assert (seen[-1].status, seen[-1].incomplete) == ("succeeded", True)
    with pytest.raises(ServiceError, match="404 not_found"):
        list(api.watch("op_none"))


def test_bars_are_drawn_where_somebody_looks_on_and_nowhere_else(api) -> None:
    for seen in (True, False):
        written = io.StringIO()
        console = Console(file=written, force_terminal=seen, width=100)
        operation = api.fit({"rows": rows()}, RICH, {"seed": 0, "draws": 50}, priority="high")
        assert operation.priority == "high"
        api.wait(operation, every=0.05, console=console)
        assert ("done" in written.getvalue()) == seen
        assert bool(written.getvalue()) == seen


def test_weekly_life_from_refit_to_what_became_of_the_plan(api, model_id) -> None:
    project = api.create_project("the client's")
    assert api.promote(project.id, model_id).model_id == model_id
    plan = {"horizon": HORIZON, "budget": {"total": 500.0}, "stay": False}
    adopted = api.adopt_plan(project.id, "quarter", allocate=plan)
    assert [one.id for one in api.plans(project.id)] == [adopted.id]
    api.post_actuals(project.id, {"rows": new_rows()})
    variance = api.plan_versus_actual(project.id)
    assert variance.frame().amount_mean.sum() == pytest.approx(variance.actual, rel=1e-6)
    renamed = api.change_project(project.id, "renamed")
    assert renamed in list(api.projects())
    refitted = api.wait(api.refit(model_id, {"rows": new_rows()}), every=0.05).model_id
    stability = api.stability(refitted)
    assert {"tv", "search"} <= {*stability.frame("moved").name}
    api.delete_project(project.id)
    with pytest.raises(ServiceError, match="404"):
        api.project(project.id)


def test_scenarios_are_kept_compared_and_exported(api, model_id) -> None:
    question = {"window": WINDOW, "do": [{"variable": "tv", "scale": 0.0}]}
    ids = [api.save_scenario(name, model_id, counterfactual=question).id for name in ("one", "two")]
    assert [one.id for one in api.scenarios()][:2] == ids[::-1]
    assert list(api.compare_scenarios(*ids).frame().name) == ["one", "two"]
    assert api.export_scenario(ids[0]).startswith(b"week")
    assert api.export_scenario(ids[0], "xlsx").startswith(b"PK")
    api.delete_scenario(ids[0])
    assert ids[0] not in [one.id for one in api.scenarios()]


def test_keys_lift_tests_datasets_and_the_audit_log(api) -> None:
    key = api.create_key("dashboard", ["read"])
    assert key.key is not None
    assert api.key(key.id).scopes == ["read"]
    api.revoke_key(key.id)
    assert next(api.keys()).revoked_at is not None
    assert next(api.audit()).action == "revoke_key"
    (registered,) = api.register_lift_tests({"tests": [TEST]}).items
    assert api.lift_test(registered.id) == next(api.lift_tests())
    api.delete_lift_test(registered.id)
    dataset = api.create_dataset(table().to_csv(index=False).encode())
    assert api.dataset(dataset.id) == next(api.datasets())
    api.delete_dataset(dataset.id)
    assert api.version().api == "v1"


def test_a_list_goes_on_over_its_pages(api) -> None:
    content = table().to_csv(index=False).encode()
    made = [api.create_dataset(content, name=str(number)).id for number in range(52)]
    assert [dataset.id for dataset in api.datasets()][:52] == made[::-1]


def test_plans_and_frontiers_may_be_operations(api, model_id) -> None:
    plan = {"horizon": HORIZON, "budget": {"total": 500.0}}
    started = api.start_allocation(model_id, plan, priority="low")
    assert started.priority == "low"
    assert api.wait(started, every=0.05).allocation().plan.total == pytest.approx(500.0)
    frontier = api.wait(api.frontier(model_id, {**plan, "totals": [500, 600]}), every=0.05)
    assert list(frontier.frontier().frame().total) == pytest.approx([500.0, 600.0])
    with pytest.raises(ClientError, match="has no model_id"):
        _ = frontier.model_id


def test_a_second_table_is_joined_by_the_client(api) -> None:
    first = b"week,sales\n2022-01-03,1.5\n2022-01-10,2.5\n"
    made = api.create_dataset(first, name="pair", beside=b"week,cpi\n2022-01-10,7.5\n")
    assert (made.name, [column.name for column in made.profile.columns][-1]) == ("pair", "cpi")
    assert made.read is not None
    assert made.read.with_file is not None


def test_a_table_comes_from_a_path_bytes_or_a_data_frame(api, tmp_path) -> None:
    frame = pd.DataFrame({"week": WEEKS, "sales": SALES, "tv": [float(spent) for spent in TV]})
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    book_path = tmp_path / "table.xlsx"
    book_path.write_bytes(book(Data=[tuple(frame.columns), *frame.itertuples(index=False)]))
    indexed = frame.assign(week=pd.to_datetime(frame["week"])).set_index("week")
    sources = [path, str(path), path.read_bytes(), book_path, frame, indexed]
    made = [api.create_dataset(source) for source in sources]
    assert [one.read.format for one in made] == ["csv", "csv", "csv", "xlsx", *["parquet"] * 2]
    means = [[c.mean for c in one.profile.columns if c.kind == "number"] for one in made]
    assert means == [pytest.approx(means[0])] * len(means)
    with pytest.raises(TypeError, match="a path, bytes or a data frame, not list"):
        api.create_dataset([1])
    with pytest.raises(FileNotFoundError):
        api.create_dataset(tmp_path / "absent.csv")


def test_the_recipe_of_a_table_reads_the_next_one(api) -> None:
    first = api.create_dataset(
        b"week,tv\n03/01/2022,1\n10/02/2022,2\n", read={"dates": "day_first"}
    )
    later = api.create_dataset(b"week,tv\n04/07/2022,1\n", read=first.read)
    assert str(later.profile.columns[0].first) == "2022-07-04"
    with pytest.raises(ServiceError, match="dates 'day_first', but line 2 has '2022-07-04'"):
        api.create_dataset(b"week,tv\n2022-07-04,1\n", read=first.read)
