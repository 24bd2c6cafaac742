"""What the choice between rival models changes: their plans, and the test that would decide.

    regret of A's plan under B = E_B[gain of B's plan] - E_B[gain of A's plan]
    overlap                    = 1 - sum_c |a_c - b_c| / (2 total)
    separation of a test       = |E_A lift - E_B lift| / s,  s^2 = se^2 + (Var_A + Var_B) / 2

for the same money over the weeks after the data, without an attitude to risk. A result nearer to
what the true model expects comes with probability Phi(separation / 2).
"""

from collections.abc import Iterator, Mapping
from itertools import permutations

import numpy as np
from scipy.special import ndtr

from app.contract.trust.compare import DecidingTest, Regret, RivalDecision
from app.display.words import GainWords, listed
from app.services.experiments.same_money import same_money
from app.services.planning.responses import AnyResponse, gain_over, response_of
from app.services.planning.units import gain_unit, gain_words
from mmm.errors import QueryError
from mmm.experiments.candidates import Candidate, candidates
from mmm.experiments.expected_error import weekly_noise
from mmm.experiments.predicted_effect import predicted_effect
from mmm.plan.model_mix import differences
from mmm.posterior.fitted import FittedModel
from mmm.trust.rivals.answer import Comparison
from mmm.types import Array
from optimizer import Effort, OptimizerError, allocate
from optimizer.problem.objective import Expected

DRAWS = 500
TESTS_OF_A_CHANNEL = 3
MOST_TESTS = 3
SMALL = 0.02
"""Share of the best plan's gain below which a regret is told as none."""


def rival_decision(
    models: Mapping[str, FittedModel], comparison: Comparison, weeks: int
) -> RivalDecision:
    """The decision under each of ``models``, by name, the first the one in use."""
    thinned = {name: model.thinned(DRAWS) for name, model in models.items()}
    first = next(iter(thinned.values()))
    notes: list[str] = []
    same = {}
    for name, model in thinned.items():
        issues = list(differences(first, model, ""))
        notes += [f"{name}: no plan is compared, because {issue.detail}" for issue in issues]
        if not issues:
            same[name] = model
    objective = Expected(on="value" if first.spec.has_currency else "kpi")
    regrets: tuple[Regret, ...] = ()
    gains: dict[str, float] = {}
    try:
        regrets, gains = _regrets(same, weeks, objective)
    except (QueryError, OptimizerError) as error:
        notes.append(f"no plan is compared: {error}")
    tests = tuple(_deciding(same, comparison, notes))
    words = gain_words(first, objective)
    return RivalDecision(
        weeks=weeks,
        unit=gain_unit(first, objective),
        regrets=regrets,
        tests=tests,
        sentence=_sentence(regrets, gains, tests, comparison, words),
        notes=tuple(notes),
    )


def _regrets(
    models: Mapping[str, FittedModel], weeks: int, objective: Expected
) -> tuple[tuple[Regret, ...], dict[str, float]]:
    """Regrets of every plan under every other model, and the gain of each model's own plan."""
    plans: dict[str, Array] = {}
    responses: dict[str, AnyResponse] = {}
    for name, model in models.items():
        body = same_money(model, weeks).model_copy(update={"objective": objective, "stay": False})
        response = response_of(model, body, objective.response_unit, None)
        problem = body.over(float(response.current.sum()))
        effort = Effort(prove=False)
        found = allocate(problem, response, response.current, effort=effort)
        plans[name], responses[name] = np.asarray(found.spend), response

    def gain(under: str, plan_of: str) -> float:
        response = responses[under]
        return float(gain_over(response, plans[plan_of], response.current, 1.0).mean())

    regrets = tuple(
        Regret(
            plan_of=one,
            under=other,
            overlap=_overlap(plans[one], plans[other]),
            regret=max(gain(other, other) - gain(other, one), 0.0),
        )
        for one, other in permutations(plans, 2)
    )
    return regrets, {name: gain(name, name) for name in plans}


def _overlap(one: Array, other: Array) -> float:
    total = max(float(one.sum() + other.sum()), 1e-300)
    return float(1.0 - np.abs(one - other).sum() / total)


def _deciding(
    models: Mapping[str, FittedModel], comparison: Comparison, notes: list[str]
) -> Iterator[DecidingTest]:
    """The tests that would tell the best model from the nearest that it cannot be told from."""
    pair = _pair(models, comparison)
    if pair is None:
        return
    one, other = (models[name] for name in pair)
    found = []
    try:
        noise = weekly_noise(one)
        for channel in one.structure.paid_channels:
            tests = sorted(candidates([one], channel, noise), key=lambda t: -t.assurance)
            told = [_told(pair, other, test) for test in tests[:TESTS_OF_A_CHANNEL]]
            found += sorted(told, key=lambda test: -test.separation)[:1]
    except QueryError as error:
        notes.append(f"no test is proposed: {error.issues[0].detail}")
    yield from sorted(found, key=lambda test: -test.separation)[:MOST_TESTS]


def _pair(models: Mapping[str, FittedModel], comparison: Comparison) -> tuple[str, str] | None:
    """The best model and the one nearest to it that it is not told from."""
    names = [name for name in models if name in comparison.alike]
    best = comparison.best or next(iter(models), None)
    if best is None or best not in models or not names:
        return None
    near = {each.other: abs(each.mean) for each in comparison.differences}
    return best, min(names, key=lambda name: near.get(name, 0.0))


def _told(pair: tuple[str, str], other: FittedModel, test: Candidate) -> DecidingTest:
    scale = test.test.change.scale
    assert scale is not None
    lifts = (test.effect.lift, predicted_effect(other, test.test).lift)
    means = [float(lift.mean()) for lift in lifts]
    variance = test.standard_error**2 + float(lifts[0].var() + lifts[1].var()) / 2.0
    separation = abs(means[0] - means[1]) / float(np.sqrt(variance))
    return DecidingTest(
        channel=test.test.channel,
        change=scale - 1.0,
        weeks=test.test.weeks,
        geos=test.test.geos,
        share=test.share,
        expected=dict(zip(pair, means, strict=True)),
        standard_error=test.standard_error,
        separation=separation,
        right=float(ndtr(separation / 2.0)),
    )


def _sentence(
    regrets: tuple[Regret, ...],
    gains: Mapping[str, float],
    tests: tuple[DecidingTest, ...],
    comparison: Comparison,
    words: GainWords,
) -> str:
    parts = []
    if regrets:
        worst = max(regrets, key=lambda each: each.regret)
        if worst.regret <= SMALL * max(abs(gains[worst.under]), 1e-300):
            parts.append("The choice hardly matters for the plan: each model's plan does as well.")
        else:
            parts.append(
                f"It matters for the plan: that of {worst.plan_of} forgoes "
                f"{words.size(worst.regret)} where {worst.under} is right, and the two agree on "
                f"{worst.overlap:.0%} of the money."
            )
    if comparison.alike and tests:
        best = tests[0]
        change = "off" if best.change == -1.0 else f"at {1.0 + best.change:g} times its spend"
        parts.append(
            f"A test of {best.channel}, {change} for {best.weeks} weeks, would point to the right "
            f"one of {listed([*best.expected])} with probability {best.right:.2f}."
        )
    return " ".join(parts)
