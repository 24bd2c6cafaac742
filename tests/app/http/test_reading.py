"""ETags, 304, and what is refused of lists and ranges: the contract of reading."""

import base64

import pytest

from tests.app.http.test_contract import assert_problem
from tests.app.running import fitted_model
from tests.mmm.fakes import table

READS = (
    "",
    "/contributions",
    "/contributions?by=week",
    "/curves",
    "/weeks",
    "/graph",
    "/posterior",
)
WINDOW = {"start": "2022-06-06", "end": "2022-08-29"}


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client)


@pytest.fixture(scope="module")
def paths(client, model_id) -> list[str]:
    """Everything that can be read under an ETag."""
    csv = table().to_csv(index=False)
    dataset = client.post("/v1/datasets", content=csv, headers={"Content-Type": "text/csv"})
    question = {"window": WINDOW, "do": [{"variable": "tv", "scale": 0.0}]}
    body = {"name": "no tv", "model_id": model_id, "counterfactual": question}
    scenario = client.post("/v1/scenarios", json=body).json()["id"]
    operation = client.get("/v1/operations").json()["items"][0]["id"]
    reads = [f"/v1/models/{model_id}{what}" for what in READS]
    others = [f"/v1/scenarios/{scenario}", f"/v1/operations/{operation}"]
    return [*reads, dataset.headers["location"], *others]


def test_what_is_read_carries_a_tag_and_is_not_sent_twice(client, paths) -> None:
    for path in paths:
        first = client.get(path)
        tag = first.headers["etag"]
        assert (first.status_code, first.headers["cache-control"]) == (200, "private, no-cache")
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = client.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        for other in ('"other"', tag.strip('"'), ""):
            assert client.get(path, headers={"If-None-Match": other}).status_code == 200


def test_each_question_has_a_tag_of_its_own(client, model_id) -> None:
    path = f"/v1/models/{model_id}/contributions"
    kinds = [{}, {"Accept": "text/csv"}]
    answers = [
        client.get(path, params={"by": by}, headers=h) for by in ("total", "geo") for h in kinds
    ]
    assert len({answer.headers["etag"] for answer in answers}) == 4
    assert {answer.headers["vary"] for answer in answers} == {"Accept"}


def test_a_deleted_model_is_404_whatever_the_caller_has(client) -> None:
    path = f"/v1/models/{fitted_model(client)}"
    tag = client.get(path).headers["etag"]
    client.delete(path).raise_for_status()
    assert_problem(client.get(path, headers={"If-None-Match": tag}), 404, "not_found")


def test_a_tag_changes_with_what_is_read(client, model_id) -> None:
    """A model forgets its dataset's id when that is deleted."""
    csv = {"Content-Type": "text/csv"}
    dataset = client.post("/v1/datasets", content=table().to_csv(index=False), headers=csv)
    model = fitted_model(client, data={"dataset_id": dataset.json()["id"]})
    tag = client.get(f"/v1/models/{model}").headers["etag"]
    client.delete(dataset.headers["location"]).raise_for_status()
    again = client.get(f"/v1/models/{model}", headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert again.headers["etag"] != tag


def test_a_range_that_is_none_is_a_problem(client, model_id) -> None:
    path = f"/v1/models/{model_id}/posterior"
    assert client.get(path, headers={"Range": "bytes=0-3"}).content == b"\x89HDF"
    past = client.get(path, headers={"Range": "bytes=999999999-"})
    assert_problem(past, 416, "range_not_satisfiable")
    assert past.headers["content-range"].startswith("bytes */")
    assert_problem(client.get(path, headers={"Range": "lines=1-2"}), 400, "bad_request")


def test_a_method_that_is_not_answered_names_those_that_are(client, model_id) -> None:
    answer = client.put("/v1/datasets")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, POST"
    assert client.post(f"/v1/models/{model_id}").headers["allow"] == "GET, DELETE"


def tokens(token: str) -> dict[str, str]:
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[-1] ^= 1
    altered = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    return {"cut": token[:-2], "altered": altered, "other": "bW9kZWw", "empty": "", "text": "é!"}


def test_page_tokens_that_are_none_of_this_list_are_refused(client) -> None:
    for _ in range(2):
        fitted_model(client)
    token = client.get("/v1/operations?limit=1").json()["next_page_token"]
    assert client.get("/v1/operations", params={"page_token": token}).status_code == 200
    for bad in tokens(token).values():
        answer = client.get("/v1/operations", params={"page_token": bad})
        assert_problem(answer, 422, "invalid_request", "/page_token")
    answer = client.get("/v1/models", params={"page_token": token})
    assert_problem(answer, 422, "invalid_request", "/page_token")


@pytest.mark.parametrize("text", ['{"data": "\\u0000"}', '{"data": "\\ud800"}', '{"\\udc00": 1}'])
def test_strings_that_are_no_text_are_refused(client, text) -> None:
    answer = client.post("/v1/fit", content=text, headers={"Content-Type": "application/json"})
    document = assert_problem(answer, 422, "validation", "")
    assert document["errors"][0]["code"] == "json_invalid"


@pytest.mark.parametrize("path", ["/v1/models/%00", "/v1/datasets/a%00b", "/v1/scenarios/é"])
def test_ids_that_can_be_none_are_refused(client, path) -> None:
    name = {"models": "/model_id", "datasets": "/dataset_id", "scenarios": "/scenario_id"}
    assert_problem(client.get(path), 422, "invalid_request", name[path.split("/")[2]])
