"""Channels that are off or on with a minimum: the tree against every pattern in turn."""

from itertools import product

import numpy as np
import pytest

from optimizer import Infeasible, allocate, read_problem
from tests.optimizer.fakes import names
from tests.optimizer.worlds import sums

CURRENT = np.array([500.0, 100.0, 300.0])
MINIMUMS = {"tv": 400.0, "radio": 300.0, "search": 250.0}


def problem(channels):
    objective = {"kind": "mean_cvar", "risk_aversion": 0.5}
    document = {"budget": {"total": 900}, "objective": objective, "stay": False}
    return read_problem({**document, "channels": channels})


@pytest.mark.parametrize("seed", range(3))
def test_the_tree_finds_the_best_of_all_patterns(seed):
    response = sums(seed, cells=3)
    switched = {name: {"on_off": {"min_when_on": least}} for name, least in MINIMUMS.items()}
    answer = allocate(problem(switched), response, CURRENT)
    for name, spend in zip(names(3), answer.spend.tolist(), strict=True):
        assert spend <= 1e-6 * 900 or spend >= MINIMUMS[name] - 1e-6 * 900
    values = []
    for pattern in product([False, True], repeat=3):
        bounds = {
            name: {"min": least} if on else {"max": 0}
            for on, (name, least) in zip(pattern, MINIMUMS.items(), strict=True)
        }
        try:
            values.append(allocate(problem(bounds), response, CURRENT).risk.value)
        except Infeasible:
            continue
    assert answer.risk.value == pytest.approx(max(values), rel=1e-4)
    assert answer.certificate.upper_bound is not None
    assert answer.certificate.upper_bound >= max(values) - 1e-9


def test_an_infeasible_problem_names_the_conflicts_of_all_on_and_all_off():
    channels = {"tv": {"on_off": {"min_when_on": 1000}}, "radio": {"max": 0}, "search": {"max": 10}}
    with pytest.raises(Infeasible, match="no combination of channels on and off is feasible") as e:
        allocate(problem(channels), sums(1, cells=3), CURRENT)
    assert "with all on, the minimums add up to 1,000" in e.value.issues[0].detail
    assert "with all off, the maximums add up to 10" in e.value.issues[0].detail
