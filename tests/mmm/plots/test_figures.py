"""The figures of a model: their numbers are the answers' own, and axes say their units."""

import subprocess
import sys
from functools import cache
from typing import Any

import arviz
import numpy as np
import pytest

from mmm import Horizon, contributions, plan_response
from mmm.attribution.response_curves import response_curves
from mmm.attribution.weeks import observed_weeks
from mmm.plots import decomposition_figure, waterfall_figure
from mmm.posterior.fitted import FittedModel
from tests.mmm.fakes import RICH, fake_model


@cache
def model() -> FittedModel:
    return fake_model({**RICH, "currency": "EUR"}, draws=40)


def traces(figure: Any, name: str) -> list[Any]:
    return [trace for trace in figure.data if trace.name == name]


def title_of(axis: Any) -> str:
    return str(axis.title.text)


def test_the_fit_is_the_observed_weeks() -> None:
    weeks, figure = observed_weeks(model()), model().plot.fit()
    (observed,), (expected,) = traces(figure, "observed"), traces(figure, "expected")
    assert list(observed.x) == [row.week for row in weeks.weeks]
    assert list(observed.y) == [row.kpi for row in weeks.weeks]
    assert list(expected.y) == [row.mean for row in weeks.weeks]
    (low,) = traces(figure, "range of 90 %")
    assert list(low.y) == [row.predicted.p5 for row in weeks.weeks]
    assert list(figure.data[0].y) == [row.predicted.p95 for row in weeks.weeks]
    assert title_of(figure.layout.yaxis) == "units a week"
    assert "of 20 weeks within its range" in figure.layout.title.text


def test_the_areas_add_up_to_the_contributions_of_each_week() -> None:
    weekly, figure = contributions(model(), by="week"), model().plot.decomposition()
    names = [channel.name for channel in weekly.channels]
    assert [trace.name for trace in figure.data] == ["Without media", *names]
    for name in names:
        (area,) = traces(figure, name)
        means = [x.contribution.mean for x in weekly.components if x.name == name]
        assert list(area.y) == means
    whole: dict[object, float] = {}
    for row in weekly.components:
        whole[row.week] = whole.get(row.week, 0.0) + row.contribution.mean
    stacked = np.sum([np.asarray(trace.y, dtype=float) for trace in figure.data], axis=0)
    assert stacked == pytest.approx([*whole.values()])


def test_the_waterfall_ends_at_the_whole() -> None:
    total, (bars,) = contributions(model()), model().plot.decomposition("total").data
    steps = dict(zip(bars.y, bars.x, strict=True))
    for channel in total.channels:
        assert steps[channel.name] == pytest.approx(channel.contribution.mean)
    assert bars.measure[-1] == "total"
    assert steps["All"] == pytest.approx(sum(bars.x[:-1]))
    whole = sum(row.contribution.mean for row in total.components)
    assert steps["All"] == pytest.approx(whole, rel=5e-3)


def test_returns_have_their_ranges_and_stand_by_size() -> None:
    total, figure = contributions(model()), model().plot.returns()
    returns = {channel.name: channel.roi for channel in total.channels}
    for trace in figure.data:
        roi = returns.pop(trace.name)
        assert roi is not None
        assert trace.x[0] == roi.mean
        assert trace.x[0] + trace.error_x.array[0] == pytest.approx(roi.p95)
        assert trace.x[0] - trace.error_x.arrayminus[0] == pytest.approx(roi.p5)
    assert not returns
    assert [trace.x[0] for trace in figure.data] == sorted(
        (trace.x[0] for trace in figure.data), reverse=True
    )
    assert title_of(figure.layout.xaxis) == "profit for each EUR spent"


def test_curves_are_the_answers_points_with_what_was_seen() -> None:
    answer, figure = response_curves(model()), model().plot.curves()
    for curve in answer.channels:
        (mean,) = traces(figure, curve.name)
        assert list(mean.x) == [point.spend for point in curve.points]
        assert list(mean.y) == [point.contribution.mean for point in curve.points]
    shapes = figure.layout.shapes
    seen = [shape.x1 for shape in shapes if shape.type == "rect"]
    today = [shape.x0 for shape in shapes if shape.type == "line"]
    assert seen == [curve.observed_max for curve in answer.channels]
    assert today == [curve.current for curve in answer.channels]
    spent = model().panel.array("spend").sum(1)[:, 0]
    (bars, *_) = traces(figure, "weeks")
    assert sum(bars.customdata) == (spent > 0.0).sum()
    assert title_of(figure.layout.xaxis) == "spend a week, EUR"


def test_a_plan_of_the_optimizer_stands_beside_todays() -> None:
    from optimizer import allocate, read_problem

    weeks = model().panel.weeks
    response = plan_response(model(), Horizon(start=weeks[-1] + (weeks[1] - weeks[0]), weeks=4))
    total = float(response.current.sum())
    plan = allocate(read_problem({"budget": {"total": total}}), response, response.current)
    figure = model().plot.plan(plan)
    (today,), (planned,) = traces(figure, "today"), traces(figure, "plan")
    assert list(today.x) == pytest.approx(response.current.tolist())
    assert list(planned.x) == plan.spend.tolist()
    assert list(planned.y) == list(response.names)
    assert title_of(figure.layout.xaxis) == "spend over these weeks, EUR"


def test_a_figure_of_other_contributions_is_refused() -> None:
    with pytest.raises(ValueError, match='by="week", not total'):
        decomposition_figure(contributions(model()))
    with pytest.raises(ValueError, match='by="total", not geo'):
        waterfall_figure(contributions(model(), by="geo"))


def test_figures_are_shown_by_a_notebook() -> None:
    page = model().plot.fit().to_html(include_plotlyjs=False)
    assert "observed" in page


def test_without_plotly_an_error_says_how_to_install_it() -> None:
    run = (
        "import sys; sys.modules['plotly'] = None\n"
        "from tests.mmm.fakes import fake_model\n"
        "fake_model(draws=4).plot.fit()"
    )
    found = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=False)
    assert "ImportError: figures need Plotly: pip install 'prudent-mmm[plots]'" in found.stderr


def test_arviz_reads_the_draws() -> None:
    tree = model().posterior.tree
    assert tree["posterior"].sizes["draw"] == 40
    name = str(next(iter(model().posterior.dataset.data_vars)))
    summary = arviz.summary(tree, var_names=[name])
    mean = model().posterior.draws[name].mean(0).ravel()
    assert summary["mean"].to_numpy(dtype=float) == pytest.approx(mean, rel=0.05, abs=0.01)
