"""Designs of a test of one channel, valued for the next plan and told."""

from collections.abc import Iterator, Sequence

import numpy as np

from app.contract.experiments.design import (
    DesignAnswer,
    DesignBody,
    DesignedTest,
    SpendChange,
    Switchback,
)
from app.display.words import GainWords, chances, listed
from app.services.experiments.informed_plan import InformedPlan, informed_plan
from app.services.experiments.rollout import planned_change, rollout
from app.services.experiments.same_money import same_money
from app.services.planning.units import gain_unit, gain_words, revenue_warning
from mmm.experiments.candidates import CAUGHT
from mmm.experiments.design import Design, DesignQuestion, designs
from mmm.experiments.history import History
from mmm.experiments.predicted_effect import PlannedTest
from mmm.experiments.switchback import caught_in_its_week
from mmm.posterior.fitted import FittedModel
from mmm.spec.lift_test import SpendPath
from mmm.summarize import summarize
from optimizer.explain.sample_information import SampleInformation
from optimizer.watch import UNWATCHED, Watch

TOLD = 8
"""Designs that are valued and told, for every question."""
LARGE = 0.5


def design_answer(
    model: FittedModel,
    second: FittedModel | None,
    body: DesignBody,
    history: History,
    warnings: Sequence[str] = (),
    watch: Watch = UNWATCHED,
) -> DesignAnswer:
    """Designs on ``history`` that keep the limits of ``body``; raises QueryError and Cancelled."""
    plan = informed_plan(model, second, same_money(model, body.horizon_weeks), watch)
    question = question_of(model, body)
    found = designs(plan.models, history, question, seed=body.seed, ask=watch.ask)
    promising = sorted(found, key=lambda each: -plan.promise(body.channel, each))[:TOLD]
    values = plan.values(promising)
    told = [_told(plan, d, v, history, body) for d, v in zip(promising, values, strict=True)]
    told.sort(key=lambda each: (-(each.net_value or 0.0), -each.assurance))
    words = gain_words(model, plan.body.objective)
    return DesignAnswer(
        summary=_summary(body.channel, told[0], words),
        channel=body.channel,
        change=SpendChange(scale=question.change.scale, add=question.change.add),
        gain_unit=gain_unit(model, plan.body.objective),
        size=float(np.mean([each.size for each in found])),
        designs=tuple(told),
        switchback=_switchback(plan.models[0], question),
        warnings=(
            *warnings,
            *revenue_warning(model, plan.body.objective),
            *_contamination(model, body, told[0]),
        ),
    )


def question_of(model: FittedModel, body: DesignBody) -> DesignQuestion:
    """The question of ``body`` to the library; raises QueryError where a plan changes nothing."""
    if body.plan is not None:
        change = planned_change(model, body.channel, body.plan)
    else:
        assert body.change is not None
        change = SpendPath(scale=body.change.scale, add=body.change.add)
    return DesignQuestion(body.channel, change, body.weeks, body.geos, body.most_cost)


def _told(
    plan: InformedPlan,
    design: Design,
    value: SampleInformation | None,
    history: History,
    body: DesignBody,
) -> DesignedTest:
    begins = None if body.plan is None else rollout(plan, design, history)
    detectable = design.detectable
    return DesignedTest(
        **dict(plan.told(design, value)),
        kind=design.division.kind,
        treated=design.division.treated,
        controls=tuple(geo for geo in history.geos if geo not in design.division.treated),
        pairs=design.division.pairs,
        relative_lift=summarize(design.relative_lift),
        detectable=detectable if np.isfinite(detectable) and detectable > -1.0 else None,
        size=design.size,
        windows=design.windows,
        rollout=begins,
    )


def _summary(channel: str, best: DesignedTest, words: GainWords) -> str:
    where = listed(best.treated) if len(best.treated) <= 6 else f"{len(best.treated)} regions"
    length = f"{best.weeks} weeks" + (f" and {best.cooldown} to cool down" if best.cooldown else "")
    found = chances(best.assurance, tested=False)
    if best.detectable is None:
        least = "no lift is found four times in five"
    else:
        kind = "a loss" if best.detectable < 0.0 else "a lift"
        least = f"{kind} of {abs(100.0 * best.detectable):.2g} % is found four times in five"
    text = (
        f"Best design for {channel}: {where}, {length}. "
        f"It finds an effect in about {found} cases, as the model has it; {least}."
    )
    if best.value is None:
        return text
    return f"{text} Its result is expected to add {words.size(best.value)} to the next plan."


def _switchback(model: FittedModel, question: DesignQuestion) -> Switchback:
    caught = caught_in_its_week(model, PlannedTest(question.channel, question.change, 1))
    share = f"{100.0 * caught:.0f} % of what a week of {question.channel} does comes in that week"
    if caught >= CAUGHT:
        return Switchback(
            possible=True, why=f"{share}, so weeks on and off can be told apart everywhere"
        )
    return Switchback(
        possible=False,
        why=f"only {share}: a week on would still be at work in the week off after it",
    )


def _contamination(model: FittedModel, body: DesignBody, best: DesignedTest) -> Iterator[str]:
    """What could make the other geos a bad comparison."""
    if best.share > LARGE:
        yield (
            f"the test treats {100.0 * best.share:.0f} % of all sales: the smaller part is what it "
            "is compared with"
        )
    spend, position = model.panel.array("spend"), model.structure.channels.index(body.channel)
    by_week = spend[..., position]
    people = model.scales.geo_weight
    even = by_week.sum(axis=1, keepdims=True) * people / people.sum()
    if len(model.panel.geos) == 1:
        yield (
            f"the model does not know where {body.channel} is spent: make sure that it can be "
            "bought by region, and that people of the other regions do not see it"
        )
    elif np.allclose(by_week, even, rtol=1e-3, atol=1e-6 * float(by_week.max(initial=0.0))):
        yield (
            f"{body.channel} is spent in proportion to people in every week: make sure that it can "
            "be bought by region, and that people of the other regions do not see it"
        )
    yield (
        "regions that share a media market, a store catchment or a delivery area with a treated "
        "one are no comparison: let regions be treated that stand apart from the others"
    )
