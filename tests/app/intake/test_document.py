"""A body becomes a document or issues with places: standard JSON, then the schema."""

import json

import pytest

from app.contract.fit import FitBody, LiftTestsBody, Rows
from app.contract.plan_requests import AllocateBody
from app.errors import InvalidDocument
from app.intake.document import MOST_ISSUES, pointer_in, read_document
from tests.app.running import fit_body


@pytest.mark.parametrize(
    ("document", "location", "expected"),
    [
        ({"a": [{"b": 1}]}, ("a", 0, "b"), "/a/0/b"),
        ({"a": [{}]}, ("a", 0, "b"), "/a/0/b"),
        ({"a": {"b": 1}}, ("a", "expected", "b"), "/a/b"),
        ({"a": 1}, ("a", "float"), "/a"),
        ({"a/b": 1}, ("a/b",), "/a~1b"),
        ([1], (0,), "/0"),
        (None, ("a",), ""),
    ],
)
def test_pointer_in(document, location, expected) -> None:
    assert pointer_in(document, location, missing=True) == expected


def test_an_error_of_a_whole_document_names_no_branch() -> None:
    assert pointer_in({"a": {}}, ("a", "by_itself"), missing=False) == "/a"
    assert pointer_in({"a": 1}, ("by_itself",), missing=False) == ""


def refusal(content: bytes, kind=FitBody) -> tuple:
    with pytest.raises(InvalidDocument) as refused:
        read_document(content, kind)
    return refused.value.issues


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting property name"),
        ('{"a": NaN}', "NaN is not a JSON number"),
        ("\xff", "the body is not UTF-8"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": "\\u0000"}', "U\\+0000"),
        ("[" + "1" * 5000 + "]", "digits"),
    ],
    ids=["cut", "nan", "bytes", "deep", "nul", "digits"],
)
def test_json_that_is_none_is_one_issue_of_the_whole_body(text, said) -> None:
    (issue,) = refusal(text.encode("latin-1"))
    assert (issue.pointer, issue.code) == ("", "json_invalid")
    with pytest.raises(InvalidDocument, match=said):
        read_document(text.encode("latin-1"), FitBody)


def test_a_body_with_many_faults_names_the_first() -> None:
    issues = refusal(json.dumps({"groups": [{}] * 1000}).encode(), AllocateBody)
    assert len(issues) == MOST_ISSUES
    places = {issue.pointer for issue in issues}
    assert "/groups/0/channels" in places


def test_faults_that_a_rule_finds_below_a_field_are_issues_of_their_own() -> None:
    issues = refusal(json.dumps({"tests": None}).encode(), LiftTestsBody)
    assert issues[0].detail == 'give either "tests" or "rows"'


def test_rows_are_kept_as_the_json_that_they_came_as() -> None:
    body = fit_body()
    document = read_document(json.dumps(body).encode(), FitBody)
    assert document.data.rows == Rows.of(body["data"]["rows"])
    assert document.data.rows is not None
    assert json.loads(document.data.rows.content) == {"rows": body["data"]["rows"]}
