"""Which channel to test next: what each possible test adds to the next plan, less what it costs.

The value of a test is the expected value of its information for the plan that spends the same money
better (``optimizer.explain.sample_information``), so that a test of what may be a coincidence is
worth what it can clear up. Of a channel's tests the few with the greatest promise are valued: what
knowing the effect exactly is worth, times the part of the variance of the lift that the test
explains, less its cost.
"""

from collections.abc import Mapping

from app.contract.experiments.next_experiment import ChannelToTest, NextExperiment, ValuedTest
from app.contract.plan_requests import AllocateBody
from app.display.words import GainWords
from app.services.experiments.informed_plan import InformedPlan, informed_plan
from app.services.experiments.sentences import summary_of
from app.services.planning.units import gain_unit, gain_words, revenue_warning
from mmm.experiments.candidates import Candidate, candidates
from mmm.experiments.expected_error import weekly_noise
from mmm.posterior.fitted import FittedModel
from optimizer.explain.sample_information import SampleInformation
from optimizer.watch import UNWATCHED, Watch

TESTS_OF_A_CHANNEL = 2
MOST_VALUED = 16


def next_experiment(
    model: FittedModel,
    second: FittedModel | None,
    body: AllocateBody,
    warnings: tuple[str, ...] = (),
    watch: Watch = UNWATCHED,
) -> NextExperiment:
    """Channels by what their best test adds to the plan of ``body``, after its cost.

    Raises QueryError, InvalidProblem, Infeasible and Cancelled.
    """
    plan = informed_plan(model, second, body, watch)
    noise = weekly_noise(plan.models[0])
    possible = {name: candidates(plan.models, name, noise) for name in plan.channels}
    chosen = _most_promising(plan, possible)
    values = iter(plan.values([test for tests in chosen.values() for test in tests]))
    channels = [
        ChannelToTest(
            channel=name,
            worth_knowing=plan.worth.get(name),
            tests=_best_first([_valued(plan, test, next(values)) for test in tests]),
        )
        for name, tests in chosen.items()
    ]
    ranked = tuple(sorted(channels, key=_rank))
    words = gain_words(model, body.objective)
    return NextExperiment(
        summary=summary_of(ranked, body.horizon.weeks, words),
        horizon_weeks=body.horizon.weeks,
        gain_unit=gain_unit(model, body.objective),
        channels=ranked,
        warnings=(*warnings, *revenue_warning(model, body.objective), *_limits(model, words)),
    )


def _most_promising(
    plan: InformedPlan, possible: Mapping[str, list[Candidate]]
) -> dict[str, list[Candidate]]:
    """The tests to value: the best of each channel by their promise, and then the best of those."""
    best = {
        name: sorted(tests, key=lambda test: -plan.promise(name, test))[:TESTS_OF_A_CHANNEL]
        for name, tests in possible.items()
    }
    # One test of every channel is valued before the second of any.
    ranked = sorted(
        ((name, test) for name, tests in best.items() for test in tests),
        key=lambda pair: (pair[1] is not best[pair[0]][0], -plan.promise(*pair)),
    )
    kept = [id(test) for _, test in ranked[: max(MOST_VALUED, len(best))]]
    return {name: [t for t in tests if id(t) in kept] for name, tests in best.items()}


def _valued(plan: InformedPlan, test: Candidate, value: SampleInformation | None) -> ValuedTest:
    scale = test.test.change.scale
    assert scale is not None
    return ValuedTest(
        **dict(plan.told(test, value)),
        channel=test.test.channel,
        change=scale - 1.0,
        geos=test.test.geos,
        detectable=test.detectable,
        detectable_share=test.detectable / test.effect.kpi,
        value_noise=None if value is None else value.noise,
    )


def _best_first(tests: list[ValuedTest]) -> tuple[ValuedTest, ...]:
    return tuple(sorted(tests, key=lambda test: (-(test.net_value or 0.0), -test.assurance)))


def _rank(channel: ChannelToTest) -> tuple[bool, float, float]:
    """Tests with the greatest value after cost first; channels that cannot be tested last."""
    if not channel.tests:
        return True, 0.0, 0.0
    best = channel.tests[0]
    return False, -(best.net_value or 0.0), -best.assurance


def _limits(model: FittedModel, words: GainWords) -> tuple[str, ...]:
    """What the values rest on beyond the draws."""
    if len(model.panel.geos) > 1:
        return ()
    return (
        "the model has no regions: standard errors are those of a comparison of regions whose "
        f"{'sales' if words.in_money else 'numbers'} vary independently; a history by region "
        "makes them exact",
    )
