"""Value of information, stability and pairs, on posteriors whose answers are known."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer import Allocation, allocate, read_problem
from tests.optimizer.worlds import Sums, sums

CURRENT = np.array([300.0, 500.0])


def solve(response: Sums, **fields) -> Allocation:
    document = {"budget": {"total": 800}, "stay": False, **fields}
    return allocate(read_problem(document), response, CURRENT, explain=True)


def known(response: Sums, *channels: int) -> Sums:
    """The same posterior with these channels' effects known."""
    height = response.height.copy()
    height[:, channels] = height[:, channels].mean(axis=0)
    return replace(response, height=height)


def test_nothing_is_to_be_learned_where_everything_is_known():
    answer = solve(known(sums(2), 0, 1))
    assert answer.insights is not None
    information, stability = answer.insights.information, answer.insights.stability
    assert information is not None
    # Each draw's best plan is climbed on tables, whose error is below 0.5 % of a gain near 1,000.
    assert information.perfect == pytest.approx(0.0, abs=0.1)
    assert information.expected_regret == pytest.approx(0.0, abs=0.1)
    assert stability is not None
    assert max(stability.moved) == pytest.approx(0.0, abs=1e-3)
    assert stability.value == pytest.approx(answer.risk.value, abs=1e-2)


def test_only_the_uncertain_channel_is_worth_a_test():
    response = known(sums(2), 1)
    answer = solve(response)
    assert answer.insights is not None
    information = answer.insights.information
    assert information is not None
    tv, radio = information.by_channel["tv"], information.by_channel["radio"]
    assert tv > information.noise
    assert radio <= information.noise
    # With one uncertain channel, knowing it is knowing everything, up to the width of the bins.
    assert tv == pytest.approx(information.perfect, rel=0.25)


def test_regret_is_not_below_any_fixed_plan():
    response = sums(4)
    answer = solve(response)
    assert answer.insights is not None
    information = answer.insights.information
    assert information is not None
    gain = response.draws(answer.spend) - 800
    for share in np.linspace(0.0, 1.0, 21):
        other = response.draws(np.array([800 * share, 800 * (1 - share)])) - 800
        assert (information.regret >= other - gain - 1e-3 * np.abs(other).mean()).all()


@pytest.mark.parametrize(("coupled", "pairs"), [(True, [("tv", "radio")]), (False, [])])
def test_channels_whose_sum_alone_is_known_are_named(coupled, pairs):
    response = sums(3)
    rng = np.random.default_rng(0)
    one = rng.uniform(200, 800, response.base.size)
    other = 1000 - one if coupled else rng.permutation(one)
    response = replace(response, height=np.column_stack([one, other]), scale=np.full(2, 100.0))
    answer = solve(response, channels={"tv": {"fixed": 400}})
    assert [pair.channels for pair in answer.pairs] == pairs
