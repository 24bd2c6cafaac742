"""What the kpi of some weeks depends on is all on the part of the timeline near them."""

import numpy as np
import pytest

from mmm.counterfactual.contrast import WorldPair, contrast
from mmm.counterfactual.future import extend_timeline
from mmm.counterfactual.reference import DEFAULT_REFERENCE
from mmm.posterior.evaluate import mean_by_geo, weeks_that_matter
from mmm.spec.structure import longest_delay
from tests.mmm.fakes import fake_model
from tests.mmm.plan.test_full_model import CASES

WEEKS = {
    "early": slice(2, 6),
    "observed": slice(40, 50),
    "across": slice(55, 70),
    "next": slice(60, 65),
    "far": slice(90, 95),
}


@pytest.fixture(scope="module", params=[pytest.param(c.values, id=c.id) for c in CASES])
def model(request):
    document, geos = request.param
    return fake_model(document, geos=geos, draws=6)


@pytest.fixture(scope="module")
def world(model):
    end = model.panel.weeks[0] + 99 * (model.panel.weeks[1] - model.panel.weeks[0])
    return extend_timeline(model, end, 0, {}, DEFAULT_REFERENCE)[0]


@pytest.mark.parametrize("weeks", WEEKS.values(), ids=WEEKS)
def test_expectations_are_those_of_the_whole_timeline(model, world, weeks):
    part, inside = weeks_that_matter(model, world, weeks)
    assert part.weeks[inside] == world.weeks[weeks]
    whole = mean_by_geo(model, world)[:, weeks]
    np.testing.assert_allclose(mean_by_geo(model, part)[:, inside], whole, rtol=1e-10)


def test_what_is_long_past_is_left_out(model, world):
    part, _ = weeks_that_matter(model, world, WEEKS["next"])
    assert len(part.weeks) <= 5 + longest_delay(model.structure) + 1 < len(world.weeks)


def test_a_question_has_the_same_answer_near_its_weeks(model, world):
    pair = WorldPair(world, world, (), 40, 50, 55)
    close = pair.near(model)
    assert close.base.weeks[close.span] == world.weeks[pair.span]
    assert (close.width, close.end - close.start) == (10, 15)
    before = contrast(model, pair, "interventional", 0).kpi.baseline
    whole = mean_by_geo(model, world)[:, 40:55].sum(-1)
    np.testing.assert_allclose(before, whole, rtol=1e-10)
