"""Answers as data frames and as a notebook shows them."""

import pandas as pd
import pytest

from app.client import Client, ClientError
from tests.app.http.test_contract import HORIZON
from tests.app.routes.test_plans import PLAN
from tests.app.running import fitted_model

WINDOW = {"start": "2022-11-07", "end": "2023-01-30"}
QUESTION = {"window": WINDOW, "do": [{"variable": "tv", "scale": 0.0}]}
BUDGET = {"horizon": HORIZON, "budget": {"total": 500.0}}


@pytest.fixture(scope="module")
def api(client):
    with Client(str(client.base_url)) as found:
        yield found


@pytest.fixture(scope="module")
def model_id(client) -> str:
    return fitted_model(client)


@pytest.fixture(scope="module")
def answers(api, model_id) -> dict:
    return {
        "model": api.model(model_id),
        "contributions": api.contributions(model_id, by="week"),
        "curves": api.curves(model_id),
        "graph": api.graph(model_id),
        "what if": api.counterfactual(model_id, QUESTION),
        "allocation": api.allocate(model_id, BUDGET),
        "evaluation": api.evaluate_plan(model_id, {"horizon": HORIZON, "plan": PLAN}),
        "operation": next(api.operations()),
    }


@pytest.mark.parametrize(
    ("name", "table", "columns"),
    [
        ("model", "checks", {"name", "value", "limit", "passed", "advice"}),
        ("contributions", "components", {"name", "week", "contribution_p5", "share_mean"}),
        ("contributions", "channels", {"name", "spend", "roi_mean", "marginal_roi_p95"}),
        ("curves", "points", {"channel", "spend", "contribution_mean", "marginal_p5"}),
        ("curves", "observed", {"name", "observed_max", "current"}),
        ("graph", "edges", {"cause", "effect", "lag"}),
        ("what if", "totals", {"quantity", "kpi_mean", "kpi_probability_positive"}),
        ("what if", "by_week", {"week", "effect_mean", "baseline_p95"}),
        ("what if", "by_path", {"path", "effect_mean"}),
        ("allocation", "channels", {"name", "spend", "current", "marginal_roi_mean"}),
        ("allocation", "by_week", {"week", "spend_tv", "spend_mail"}),
        ("evaluation", "channels", {"name", "spend", "change"}),
    ],
)
def test_tables_have_a_column_for_each_number(answers, name, table, columns) -> None:
    frame = answers[name].frame(table)
    assert len(frame)
    assert columns <= {*frame.columns}
    if "week" in columns:
        assert pd.api.types.is_datetime64_any_dtype(frame["week"])


def test_frames_hold_the_numbers_of_the_answer(answers) -> None:
    found = answers["contributions"]
    frame = found.frame("components")
    assert len(frame) == len(found.components)
    assert frame.contribution_p95.tolist() == [c.contribution.p95 for c in found.components]
    plan = answers["allocation"]
    assert plan.frame().spend.sum() == pytest.approx(plan.plan.total)
    totals = answers["what if"].frame().set_index("quantity").kpi_mean
    assert totals["effect"] == answers["what if"].effect.mean


def test_the_first_table_is_the_one_that_is_meant(answers) -> None:
    found = answers["curves"]
    pd.testing.assert_frame_equal(found.frame(), found.frame("points"))
    with pytest.raises(ClientError, match="the tables are points, observed"):
        found.frame("point")


def test_every_answer_shows_itself_in_a_notebook(answers) -> None:
    for name, answer in answers.items():
        shown = answer._repr_html_()
        assert answer.headline() in shown.replace("&#x27;", "'"), name
        for table, frame in answer.frames().items():
            assert f"<p>{table}</p>" in shown
            assert shown.count("<tr") >= len(frame)


def test_a_notebook_reads_intervals_and_no_markup_of_names(answers) -> None:
    plan = answers["allocation"]
    channel = plan.plan.channels[0].model_copy(update={"name": "<b>tv</b>"})
    tampered = plan.plan.model_copy(update={"channels": (channel,)})
    shown = plan.model_copy(update={"plan": tampered, "warnings": ("<i>",)})._repr_html_()
    assert "&lt;b&gt;tv" in shown
    assert "<b>tv" not in shown
    assert "note: &lt;i&gt;" in shown
    assert "<th>marginal_roi</th>" in shown
    assert "marginal_roi_p5" not in shown


def test_a_notebook_leaves_out_columns_that_are_empty(api, model_id, answers) -> None:
    assert "<th>week</th>" in answers["contributions"]._repr_html_()
    assert "<th>week</th>" not in api.contributions(model_id)._repr_html_()
    assert "week" in api.contributions(model_id).frame("components")
