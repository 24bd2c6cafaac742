"""A real fit and its refits: what was appended explains what moved, and a broken world is seen."""

import numpy as np
import pytest

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.fit import fit
from mmm.posterior.fitted import FittedModel
from mmm.refit.append_weeks import append_weeks
from mmm.refit.stability import stability
from mmm.simulate.worlds import World, make_world
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec

pytestmark = pytest.mark.slow

OLD, ALL = 104, 112
SAMPLING = SamplingSpec(draws=400, tune=500, chains=2, seed=1)


@pytest.fixture(scope="module")
def longer() -> World:
    return make_world(weeks=ALL, seed=3, new_weeks=30)


@pytest.fixture(scope="module")
def before(longer) -> FittedModel:
    spec = parse_spec(longer.spec)
    return fit(design_of(spec, build_panel(longer.frame.iloc[:OLD], spec)), SAMPLING)


def refitted(before: FittedModel, longer: World, factor: float) -> FittedModel:
    rows = longer.frame.iloc[OLD:].reset_index(drop=True)
    found = append_weeks(before, rows.assign(sales=rows.sales * factor))
    return fit(before.design.on_panel(found.panel), SAMPLING)


def test_weeks_of_the_same_world_move_nothing_beyond_what_they_explain(before, longer) -> None:
    after = refitted(before, longer, 1.0)
    assert after.scales is before.scales
    report = stability(before, after)
    surprise = next(check for check in report.checks if check.name == "surprise")
    assert surprise.passed, surprise.message
    assert report.status != "unstable", report.summary
    moves = [item.in_sd for item in report.moved if item.kind == "contribution"]
    assert np.max(np.abs(moves)) < 2.0


def test_weeks_of_a_broken_world_are_seen(before, longer) -> None:
    report = stability(before, refitted(before, longer, 0.75))
    level = next(check for check in report.checks if check.name == "forecast_level")
    assert level.status == "unstable", level.message
    assert report.status == "unstable"
    assert all(week.z is not None and week.z < -1.0 for week in report.new_weeks)
