"""Which channel to test next: values, costs and ranks, on the demo brand and on fakes."""

from datetime import timedelta
from pathlib import Path

import pytest

import app.demo.world
from app.contract.plan_requests import AllocateBody
from app.services.experiments.next_experiment import next_experiment
from mmm.posterior.fitted import load_model
from tests.mmm.fakes import fake_model

WEEK = timedelta(weeks=1)
WORLD = Path(app.demo.world.__file__).parent


def question(start: str, **fields) -> AllocateBody:
    document = {"horizon": {"start": start, "weeks": 13}, "budget": {"change": 0.0}}
    return AllocateBody.model_validate(document | fields)


@pytest.fixture(scope="module")
def answer():
    model, second = load_model(WORLD / "model.nc"), load_model(WORLD / "second.nc")
    return next_experiment(model, second, question("2024-12-30"))


def test_channels_stand_by_what_their_best_test_brings(answer):
    net = [channel.tests[0].net_value for channel in answer.channels if channel.tests]
    assert net == sorted(net, reverse=True)
    assert {channel.channel for channel in answer.channels} == {
        "tv", "search", "social", "radio", "outdoor", "new_video",
    }  # fmt: skip


def test_no_test_is_worth_more_than_knowing(answer):
    for channel in answer.channels:
        for test in channel.tests:
            assert 0.0 <= test.value <= channel.worth_knowing + test.value_noise


def test_savings_are_no_value_of_a_test(answer):
    for channel in answer.channels:
        for test in channel.tests:
            cost = max(test.cost.mean, 0.0)
            assert test.net_value == pytest.approx(test.value - cost)
            each = (test.spend - test.cost.p50) / test.lift.p50  # what a unit of sales is worth
            assert test.cost.mean == pytest.approx(test.spend - each * test.lift.mean, rel=1e-6)


def test_the_summary_names_the_first_test_in_plain_words(answer):
    best = answer.channels[0]
    assert answer.summary.startswith(f"Test {best.channel} first: switch {best.channel} off in ")
    assert "€" in answer.summary
    assert any("no regions" in warning for warning in answer.warnings)


def test_a_second_model_that_disagrees_adds_to_what_a_test_can_clear_up():
    """Draws of both models stand in the value: where they differ, knowing is worth more."""
    model, second = load_model(WORLD / "model.nc"), load_model(WORLD / "second.nc")
    alone = next_experiment(model, None, question("2024-12-30"))
    both = next_experiment(model, second, question("2024-12-30"))
    worth, more = (sum(c.worth_knowing or 0.0 for c in each.channels) for each in (alone, both))
    assert more != pytest.approx(worth, rel=1e-3)


def test_regions_are_named_and_compared_with_the_others():
    model = fake_model(weeks=80, geos=6, draws=40)
    end = model.panel.weeks[-1]
    found = next_experiment(model, None, question((end + WEEK).isoformat()))
    tests = [test for channel in found.channels for test in channel.tests]
    assert tests
    assert all(test.geos and len(test.geos) < 6 for test in tests)
    assert not any("no regions" in warning for warning in found.warnings)
