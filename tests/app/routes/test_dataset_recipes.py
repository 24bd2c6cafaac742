"""Data sets in the forms that people have: read by a recipe that is shown, kept and applied."""

import json
from datetime import date

import pytest

from mmm.tables.formats import XLSX
from tests.app.fake_fit import TRUSTED
from tests.app.http.test_contract import assert_problem
from tests.app.running import fitted_model, wait_for
from tests.mmm.fakes import RICH, table
from tests.mmm.refit.test_append_weeks import whole
from tests.mmm.tables.files_of_people import book, german, usual

CSV = {"Content-Type": "text/csv"}


def german_file(frame) -> bytes:
    """A table as a German spreadsheet program writes it."""
    written = frame.drop(columns=["awareness", "region", "people"]).copy()
    written["week"] = [f"{date.fromisoformat(str(day)[:10]):%d.%m.%Y}" for day in frame["week"]]
    for name in written.columns.drop("week"):
        written[name] = [f"{cell:.10f}".replace(".", ",") for cell in written[name]]
    content: str = written.to_csv(index=False, sep=";")
    return content.encode("utf-8-sig")


def post(client, content: bytes, **params: str):
    return client.post("/v1/datasets", content=content, headers=CSV, params=params)


def test_a_data_set_shows_how_it_was_read(client) -> None:
    made = post(client, german_file(table()))
    assert made.status_code == 201, made.text
    read = client.get(f"/v1/datasets/{made.json()['id']}").json()["read"]
    words = (read["separator"], read["decimal"], read["dates"], read["frequency"])
    assert words == ("semicolon", "comma", "day_first", "weekly")
    assert "which can only be the day" in read["evidence"]["dates"]
    (week,) = (c for c in made.json()["profile"]["columns"] if c["name"] == "week")
    assert week["kind"] == "date"


AMBIGUOUS = b"week,sales\n03/01/2022,1\n07/02/2022,2\n07/03/2022,3\n"


def test_two_readings_are_a_422_that_one_word_resolves(client) -> None:
    problem = assert_problem(post(client, AMBIGUOUS), 422, "invalid_data")
    (error,) = problem["errors"]
    assert (error["pointer"], error["code"]) == ("/read/dates", "two_readings")
    made = post(client, AMBIGUOUS, read='{"dates": "day_first"}')
    assert made.json()["profile"]["columns"][0]["first"] == "2022-01-03"


def test_the_recipe_of_one_data_set_reads_the_next(client) -> None:
    read = post(client, AMBIGUOUS, read='{"dates": "day_first"}').json()["read"]
    later = post(client, b"week,sales\n04/07/2022,1\n", read=json.dumps(read))
    assert later.json()["profile"]["columns"][0]["first"] == "2022-07-04"
    other = post(client, b"week,sales\n2022-07-04,1\n", read=json.dumps(read))
    (error,) = assert_problem(other, 422, "invalid_data")["errors"]
    assert (error["pointer"], error["code"]) == ("/read/dates", "other_recipe")


def test_a_file_is_sent_as_a_part(client) -> None:
    file = ("weeks.csv", AMBIGUOUS, "application/octet-stream")
    words = {"read": '{"dates": "month_first"}', "name": "shop"}
    made = client.post("/v1/datasets", files={"file": file}, data=words)
    assert made.status_code == 201, made.text
    assert (made.json()["name"], made.json()["media_type"]) == ("shop", "text/csv")
    assert made.json()["profile"]["columns"][0]["first"] == "2022-03-01"
    empty = client.post("/v1/datasets", files={"name": (None, "x")})
    assert_problem(empty, 422, "invalid_request")


def test_a_second_file_is_a_part_and_stays_with_the_data_set(client) -> None:
    parts = {
        "file": ("weeks.csv", "\n".join(usual())),
        "with": ("macro.csv", "month;trust\n2022-01;90,5\n2022-02;91,5\n2022-03;92,5\n"),
    }
    made = client.post("/v1/datasets", files=parts)
    assert made.status_code == 201, made.text
    assert made.json()["media_type"] == "text/csv"
    assert [column["name"] for column in made.json()["profile"]["columns"]][-1] == "trust"
    kept = made.json()["read"]["with_file"]
    assert (kept["separator"], kept["decimal"], kept["frequency"]) == (
        "semicolon",
        "comma",
        "monthly",
    )
    draft = client.post(f"/v1/datasets/{made.json()['id']}:draft").json()
    assert "trust" in [column["name"] for column in draft["columns"]]
    words = {"read": json.dumps(made.json()["read"])}
    assert client.post("/v1/datasets", files=parts, data=words).json()["read"]["with_file"]
    alone = client.post("/v1/datasets", files={"file": parts["file"]}, data=words)
    assert_problem(alone, 422, "invalid_data", "/read/with_file")
    picture = {**parts, "with": ("macro.png", b"\x89PNG", "image/png")}
    assert client.post("/v1/datasets", files=picture).status_code == 415
    forged = client.post(
        "/v1/datasets",
        content="\n".join(usual()),
        headers={"Content-Type": "text/csv; with=csv; at=20"},
    )
    assert "with_file" not in forged.json()["read"] or forged.json()["read"]["with_file"] is None


def test_a_workbook_is_a_data_set(client) -> None:
    rows = [("Weekly report",), (), *(line.split(",") for line in usual())]
    content = book(Notes=[("Read me",)], Data=rows)
    made = client.post("/v1/datasets", content=content, headers={"Content-Type": XLSX})
    assert made.status_code == 201, made.text
    assert (made.json()["read"]["sheet"], made.json()["read"]["header"]) == ("Data", 3)
    sent = client.post("/v1/datasets", files={"file": ("book.xlsx", content)})
    assert sent.json()["read"] == made.json()["read"]


def test_a_hostile_workbook_is_a_422(client) -> None:
    from tests.mmm.tables.test_workbooks import HOSTILE

    for content, _ in HOSTILE.values():
        answer = client.post("/v1/datasets", content=content, headers={"Content-Type": XLSX})
        assert answer.status_code == 422, answer.text


def test_rows_in_json_take_words_beside_them(client) -> None:
    body = {"rows": [{"week": "03/01/2022", "sales": 1}], "read": {"dates": "day_first"}}
    made = client.post("/v1/datasets", json=body)
    assert made.json()["profile"]["columns"][0]["first"] == "2022-01-03"
    body["read"] = {"dates": "any"}
    assert_problem(client.post("/v1/datasets", json=body), 422, "invalid_data")


def test_a_fit_and_a_refit_read_by_the_recipe(client) -> None:
    model_id = fitted_model(client, TRUSTED)
    dataset = post(client, german_file(whole())).json()["id"]
    body = {"data": {"dataset_id": dataset}, "model": RICH}
    checked = client.post("/v1/fit", params={"validate_only": True}, json=body)
    assert checked.status_code == 200, checked.text
    answer = client.post(
        f"/v1/models/{model_id}/refit", json={"data": {"dataset_id": dataset}, "restated": "accept"}
    )
    assert answer.status_code == 202, answer.text
    done = wait_for(client, answer.json()["id"])
    assert done["status"] == "succeeded", done["error"]


def test_inline_rows_of_a_fit_take_words(client) -> None:
    frame = table().drop(columns=["awareness", "region", "people"])
    rows = frame.to_dict("records")
    for row in rows:
        row["week"] = f"{date.fromisoformat(str(row['week'])[:10]):%d.%m.%Y}"
        row["sales"] = german(round(row["sales"], 2))
    ask = {"params": {"validate_only": True}}
    data = {"rows": rows, "read": {"dates": "day_first", "decimal": "comma"}}
    checked = client.post("/v1/fit", json={"data": data, "model": RICH}, **ask)
    assert checked.status_code == 200, checked.text
    data["read"] = {"dates": "month_first"}
    refused = client.post("/v1/fit", json={"data": data, "model": RICH}, **ask)
    (error,) = assert_problem(refused, 422, "invalid_data")["errors"]
    assert error["pointer"] == "/data/read/dates"


def test_a_data_set_is_not_read_in_another_way_by_a_fit(client) -> None:
    data = {"dataset_id": "ds_x", "read": {"dates": "day_first"}}
    answer = client.post("/v1/fit", json={"data": data, "model": RICH})
    assert (
        "a data set has a recipe of its own"
        in assert_problem(answer, 422, "validation")["errors"][0]["detail"]
    )


@pytest.mark.parametrize("read", ["x", "[]", '{"dates": 1}', '{"word": "x"}', "[" * 10_000])
def test_words_that_are_none_are_refused(client, read: str) -> None:
    assert_problem(post(client, AMBIGUOUS, read=read), 422, "invalid_request")
