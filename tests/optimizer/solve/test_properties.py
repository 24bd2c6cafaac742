"""Properties over random problems with random limits around a plan that is known to be feasible."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer import allocate, read_problem
from optimizer.risk.measures import measure_of
from tests.optimizer.fakes import hill_response, log_response, names

CELLS, BUDGET = 4, 1000.0
seeds = st.integers(0, 10_000)
aversions = st.sampled_from([0.0, 0.3, 1.0])
# A certified plan may be this share of the budget below the best one; feasibility is tighter.
SLACK = 1e-4 * BUDGET


def limits_around(anchor, rng):
    """Random bounds and groups, some of them without room, that the anchor plan satisfies."""
    channels: dict[str, dict[str, float]] = {}
    groups: list[dict[str, object]] = []
    for name, spend in zip(names(CELLS), anchor, strict=True):
        below, above = rng.choice([0.0, 20.0, 200.0], 2)
        kind = rng.integers(5)
        if kind == 0:
            channels[name] = {"fixed": float(spend)}
        elif kind < 3:
            channels[name] = {"min": max(float(spend - below), 0.0), "max": float(spend + above)}
    for _ in range(rng.integers(3)):
        members = rng.choice(CELLS, size=rng.integers(1, CELLS + 1), replace=False)
        total = float(anchor[members].sum())
        room = float(rng.choice([0.0, 30.0]))
        group: dict[str, object] = {"channels": [names(CELLS)[cell] for cell in members]}
        if rng.random() < 0.5:
            group |= {"min": max(total - room, 0.0), "max": total + room}
        else:
            share = total / float(anchor.sum())
            group |= {"max_share": min(share * (1 + room / 100), 1.0)}
        groups.append(group)
    return channels, groups


def violation(spend, data):
    """How far spend breaks the limits of the plain data, written out one by one."""
    budget = data["budget"]
    excess = [-spend.min()]
    if "total" in budget:
        excess.append(abs(spend.sum() - budget["total"]))
    else:
        excess += [spend.sum() - budget["max"], budget["min"] - spend.sum()]
    of = dict(zip(names(CELLS), spend, strict=True))
    for name, bounds in data["channels"].items():
        low, high = bounds.get("min", -np.inf), bounds.get("max", np.inf)
        low, high = bounds.get("fixed", low), bounds.get("fixed", high)
        excess += [low - of[name], of[name] - high]
    for group in data["groups"]:
        total = sum(of[name] for name in group["channels"])
        excess += [group.get("min", -np.inf) - total, total - group.get("max", np.inf)]
        excess.append(total - group.get("max_share", np.inf) * max(spend.sum(), 1e-12))
    return max(excess)


def random_problem(seed, aversion):
    rng = np.random.default_rng(seed)
    anchor = BUDGET * rng.dirichlet(np.ones(CELLS))
    channels, groups = limits_around(anchor, rng)
    budget = {"total": float(anchor.sum())}
    if rng.random() < 0.3:
        budget = {"max": float(anchor.sum()) + 100, "min": float(anchor.sum()) - 100}
    objective = {"kind": "mean_cvar", "risk_aversion": aversion, "tail": 0.1}
    data = {"budget": budget, "objective": objective, "channels": channels, "groups": groups}
    data["stay"] = False
    return data, anchor, rng


def feasible_neighbours(anchor, data, rng, count=60):
    """Plans reached from the anchor by a random step, halved until it keeps every limit."""
    for _ in range(count):
        step = BUDGET * (rng.dirichlet(np.ones(CELLS)) - rng.dirichlet(np.ones(CELLS)))
        for _ in range(12):
            if violation(anchor + step, data) <= 0:
                yield anchor + step
                break
            step = step / 2


def solve(data, response):
    return allocate(read_problem(data), response, np.full(CELLS, BUDGET / CELLS))


@given(seeds, aversions)
def test_no_random_feasible_plan_beats_the_optimum(seed, aversion):
    data, anchor, rng = random_problem(seed, aversion)
    response = log_response(seed, CELLS, 200)
    answer = solve(data, response)
    measure = measure_of(read_problem(data).objective)
    for plan in [anchor, *feasible_neighbours(anchor, data, rng)]:
        value = measure.value(response.draws(plan) - plan.sum())
        assert value <= answer.risk.value + SLACK
        assert value <= answer.certificate.upper_bound + 1e-9 * BUDGET


@given(seeds, aversions)
def test_the_plan_keeps_every_limit(seed, aversion):
    data, _, _ = random_problem(seed, aversion)
    assert violation(solve(data, hill_response(seed, CELLS, 60)).spend, data) <= 1e-6 * BUDGET


@given(seeds, aversions)
def test_relaxing_a_limit_never_hurts(seed, aversion):
    data, _, rng = random_problem(seed, aversion)
    response = log_response(seed, CELLS, 200)
    tight = solve(data, response).risk.value
    relaxed = dict(data)
    if data["groups"]:
        relaxed["groups"] = data["groups"][1:]
    elif data["channels"]:
        dropped = rng.choice(sorted(data["channels"]))
        relaxed["channels"] = {k: v for k, v in data["channels"].items() if k != dropped}
    assert solve(relaxed, response).risk.value >= tight - SLACK


@settings(max_examples=30)
@given(seeds, aversions)
def test_concave_plans_are_proved_optimal(seed, aversion):
    data, _, _ = random_problem(seed, aversion)
    answer = solve(data, log_response(seed, CELLS, 200))
    assert answer.certificate.gap <= 1e-3
    assert answer.status == "optimal"
    assert answer.certificate.upper_bound >= answer.risk.value
