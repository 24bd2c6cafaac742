"""Links to plans: what they show and to whom, how they end, and what is written of them."""

import re
from datetime import timedelta

import pytest

from app.access.server_secret import server_secret
from app.access.share_links import Share, path_of
from app.db.models import ScenarioRow, ShareRow, now
from app.http.pages.written import told_path
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import HORIZON, assert_problem
from tests.app.keyed import bearer, keyed_service
from tests.app.routes.test_plans import PLAN
from tests.app.running import fitted_model

NAME = "<b>next</b> quarter"


@pytest.fixture(scope="module")
def service(tmp_path_factory, models):
    folder = tmp_path_factory.mktemp("shares")
    with keyed_service(folder, models, tenant_shares=4, share_days=60) as service:
        yield service


@pytest.fixture(scope="module")
def ours(service):
    with service.of("acme") as client:
        yield client


@pytest.fixture(scope="module")
def model_id(ours) -> str:
    return fitted_model(ours, TRUSTED)


@pytest.fixture
def scenario(ours, model_id):
    question = {"horizon": HORIZON, "plan": {**PLAN, "tv": 400.0}, "explore": True}
    body = {"name": NAME, "model_id": model_id, "evaluate_plan": question}
    found = ours.post("/v1/scenarios", json=body)
    assert found.status_code == 201, found.text
    yield found.json()
    ours.delete(f"/v1/scenarios/{found.json()['id']}")


def shared(client, scenario: dict, **body) -> dict:
    answer = client.post(f"/v1/scenarios/{scenario['id']}/shares", json=body)
    assert answer.status_code == 201, answer.text
    found: dict = answer.json()
    assert answer.headers["location"] == f"/v1/scenarios/{scenario['id']}/shares/{found['id']}"
    return found


def opened(service, path: str):
    """As anybody: without a credential."""
    return service.client.get(f"/{path}")


def assert_no_plan(answer, absent) -> None:
    """Not to be told from a link that never was."""
    assert (answer.status_code, answer.text) == (404, absent.text)
    kept = {"date", "x-request-id"}
    assert {k: v for k, v in answer.headers.items() if k not in kept} == {
        k: v for k, v in absent.headers.items() if k not in kept
    }


@pytest.fixture(scope="module")
def absent(service):
    """What a link that never was shows."""
    answer = opened(service, "shared/shr_00000000000000000000000000.AAAA")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no plan here" in answer.text
    return answer


def test_a_link_shows_the_plan_to_anybody(service, ours, scenario) -> None:
    share = shared(ours, scenario)
    answer = opened(service, share["path"])
    assert answer.status_code == 200
    assert "&lt;b&gt;next&lt;/b&gt; quarter" in answer.text
    assert "<b>" not in answer.text
    assert all(name in answer.text for name in PLAN)
    for hidden in (scenario["id"], scenario["model_id"], share["id"], "acme"):
        assert hidden not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_the_figures_are_those_that_the_plan_is_judged_by(service, ours, scenario) -> None:
    request = scenario["request"]
    odds = ours.post(f"/v1/models/{scenario['model_id']}/plan-odds", json=request).json()
    shared(ours, scenario)
    with service.database.of("acme").read() as session:
        plan = session.query(ShareRow).where(ShareRow.scenario_id == scenario["id"]).one().plan
    assert plan["extra"] == odds["gain"]
    assert plan["chances_in_20"] == odds["chances_in_20"]
    told = {each["name"]: (each["today"], each["plan"]) for each in plan["channels"]}
    assert told == {each["name"]: (each["current"], each["spend"]) for each in odds["channels"]}
    groups = {each["name"]: each["group"] for each in plan["channels"]}
    for move in scenario["answer"]["moves"]["do_now"]:
        assert groups[move["channel"]] == "do_now"


def test_links_are_listed_read_and_revoked(service, ours, scenario, absent) -> None:
    first, second = shared(ours, scenario), shared(ours, scenario, days=7)
    where = f"/v1/scenarios/{scenario['id']}/shares"
    listed = ours.get(where).json()["items"]
    assert [each["id"] for each in listed] == [second["id"], first["id"]]
    assert ours.get(f"{where}/{first['id']}").json() == first
    assert opened(service, first["path"]).status_code == 200
    assert ours.get(f"{where}/{first['id']}").json()["opened_at"] is not None
    assert ours.delete(f"{where}/{first['id']}").status_code == 204
    assert_no_plan(opened(service, first["path"]), absent)
    assert opened(service, second["path"]).status_code == 200
    assert_problem(ours.delete(f"{where}/{first['id']}"), 404, "not_found")
    assert_problem(ours.get(f"{where}/{first['id']}"), 404, "not_found")


def test_a_forged_link_shows_nothing(service, ours, scenario, absent) -> None:
    path = shared(ours, scenario)["path"]
    other = shared(ours, scenario)["path"]
    head, _, signed = path.partition(".")
    forged = [
        head,
        f"{head}.",
        f"{head}.{signed[:-2]}",
        f"{head}.{signed[:-1]}{'A' if signed[-1] != 'A' else 'B'}A",
        f"{other.partition('.')[0]}.{signed}",
        f"{head}.é",
        f"{path}.more",
        f"{path}/more",
        "shared/%00.x",
    ]
    for each in forged:
        assert_no_plan(opened(service, each), absent)


def test_a_link_is_bound_to_all_that_it_was_made_for(service, ours, scenario, absent) -> None:
    share = shared(ours, scenario)
    secret = server_secret(service.context.settings)
    with service.database.write() as session:
        row = session.get(ShareRow, share["id"])
        bound = Share(row.id, row.tenant, row.scenario_id, row.expires_at)
        assert path_of(bound, secret) == share["path"]
        row.expires_at += timedelta(days=1)
    assert_no_plan(opened(service, share["path"]), absent)
    for change in ({"tenant": "rival"}, {"scenario_id": "sc_x"}, {"id": "shr_x"}):
        assert path_of(Share(**{**vars(bound), **change}), secret) != share["path"]
    assert path_of(bound, b"another secret of the same length") != share["path"]


def test_an_expired_link_shows_nothing_and_is_forgotten(service, ours, scenario, absent) -> None:
    share = shared(ours, scenario)
    secret = server_secret(service.context.settings)
    with service.database.write() as session:
        row = session.get(ShareRow, share["id"])
        row.expires_at = now() - timedelta(seconds=1)
        path = path_of(Share(row.id, row.tenant, row.scenario_id, row.expires_at), secret)
    assert_no_plan(opened(service, path), absent)
    assert ours.get(f"/v1/scenarios/{scenario['id']}/shares").json()["items"] == []
    shared(ours, scenario)
    with service.database.read() as session:
        assert session.get(ShareRow, share["id"]) is None


def test_the_link_keeps_the_plan_as_it_was_and_ends_with_its_scenario(
    service, ours, scenario, absent
) -> None:
    share = shared(ours, scenario)
    before = opened(service, share["path"]).text
    with service.database.write() as session:
        row = session.get(ScenarioRow, scenario["id"])
        row.name, row.answer = "another", {**row.answer, "moves": None}
    assert opened(service, share["path"]).text == before
    assert ours.delete(f"/v1/scenarios/{scenario['id']}").status_code == 204
    assert_no_plan(opened(service, share["path"]), absent)
    with service.database.read() as session:
        assert session.get(ShareRow, share["id"]) is None


def test_another_tenant_sees_none_of_it(service, ours, scenario, absent) -> None:
    share = shared(ours, scenario)
    secret = server_secret(service.context.settings)
    theirs = Share(share["id"], "rival", scenario["id"], now() + timedelta(days=30))
    assert_no_plan(opened(service, path_of(theirs, secret)), absent)
    where = f"/v1/scenarios/{scenario['id']}/shares"
    with service.of("rival") as theirs:
        assert_problem(theirs.post(where, json={}), 404, "not_found")
        assert_problem(theirs.get(where), 404, "not_found")
        assert_problem(theirs.delete(f"{where}/{share['id']}"), 404, "not_found")
    assert opened(service, share["path"]).status_code == 200


def test_whoever_may_not_write_may_not_share(service, ours, scenario) -> None:
    where = f"/v1/scenarios/{scenario['id']}/shares"
    reader = bearer(service.key("read", "acme"))
    assert service.client.get(where, headers=reader).status_code == 200
    refused = service.client.post(where, json={}, headers=reader)
    assert_problem(refused, 403, "missing_scope")
    assert service.client.post(where, json={}).status_code == 401


def test_too_long_and_too_many_are_refused(ours, scenario) -> None:
    where = f"/v1/scenarios/{scenario['id']}/shares"
    told = assert_problem(ours.post(where, json={"days": 61}), 422, "invalid_request", "/days")
    assert "60 at most" in told["errors"][0]["detail"]
    for body in ({"days": 0}, {"days": 1.5}, {"weeks": 2}):
        assert ours.post(where, json=body).status_code == 422
    for _ in range(4):
        last = shared(ours, scenario, days=60)
    assert_problem(ours.post(where, json={}), 429, "too_many_requests")
    assert ours.delete(f"{where}/{last['id']}").status_code == 204
    shared(ours, scenario)


def test_what_is_no_plan_and_what_has_lost_its_model_is_refused(ours, model_id, scenario) -> None:
    end = ours.get(f"/v1/models/{model_id}").json()["data"]["end"]
    asked = {"window": {"start": end, "end": end}, "do": [{"variable": "tv", "scale": 0.0}]}
    body = {"name": "x", "model_id": model_id, "counterfactual": asked}
    what_if = ours.post("/v1/scenarios", json=body).json()["id"]
    answer = ours.post(f"/v1/scenarios/{what_if}/shares", json={})
    assert_problem(answer, 422, "invalid_query")
    assert "only a plan can be told" in answer.text
    own = fitted_model(ours, TRUSTED)
    question = scenario["request"]
    lost = ours.post(
        "/v1/scenarios", json={"name": "x", "model_id": own, "evaluate_plan": question}
    ).json()
    share = shared(ours, lost)
    assert ours.delete(f"/v1/models/{own}").status_code == 204
    assert_problem(ours.post(f"/v1/scenarios/{lost['id']}/shares", json={}), 404, "not_found")
    assert ours.get(f"/{share['path']}").status_code == 200
    ours.delete(f"/v1/scenarios/{lost['id']}")


def test_making_revoking_and_the_first_opening_are_audited(service, ours, scenario) -> None:
    share = shared(ours, scenario)
    where = f"/v1/scenarios/{scenario['id']}/shares/{share['id']}"
    for _ in range(2):
        opened(service, share["path"])
    ours.delete(where)
    entries = ours.get("/v1/audit").json()["items"]
    found = [(e["action"], e["subject"], e["outcome"]) for e in entries if e["resource"] == where]
    made_by = share["created_by"]
    assert found == [
        ("revoke_share", made_by, 204),
        ("open_share", f"link:{share['id']}", 200),
        ("share_scenario", made_by, 201),
    ]


def test_the_log_has_no_link_that_works() -> None:
    path = "/shared/shr_01jd4.c2lnbmVk-x_y"
    assert told_path(path) == "/shared/shr_01jd4.…"
    assert told_path("/v1/models/mdl_1") == "/v1/models/mdl_1"


def test_the_exported_page_is_the_shared_one(service, ours, scenario) -> None:
    share = shared(ours, scenario)
    where = f"/v1/scenarios/{scenario['id']}/export"
    file = ours.get(where, params={"format": "html"})
    assert file.headers["content-disposition"] == 'attachment; filename="b-next-b-quarter.html"'
    link = re.sub(r" This link works until [^<]*", "", opened(service, share["path"]).text)
    assert file.text == link
    slide = ours.get(where, params={"format": "pptx"})
    assert slide.headers["content-type"].endswith("presentationml.presentation")
    assert slide.content[:2] == b"PK"
    refused = ours.get(where, params={"format": "html", "table": "plan"})
    assert_problem(refused, 422, "invalid_request", "/table")
