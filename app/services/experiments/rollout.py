"""A plan of one channel that begins in the geos of a test, and in the others once it was read."""

from dataclasses import replace

import numpy as np

from app.contract.experiments.design import Rollout, RolloutGeo
from app.services.experiments.informed_plan import InformedPlan
from mmm.errors import Issue, QueryError
from mmm.experiments.candidates import effect_of
from mmm.experiments.design import Design
from mmm.experiments.history import History
from mmm.experiments.predicted_effect import YEAR, require_bought
from mmm.experiments.regions import by_region
from mmm.posterior.fitted import FittedModel
from mmm.spec.lift_test import SpendPath
from mmm.spec.numbers import MOST_TIMES
from mmm.summarize import summarize
from mmm.types import Array


def planned_change(model: FittedModel, channel: str, weekly: float) -> SpendPath:
    """Usual spend of ``channel`` times what makes it ``weekly`` over all geos; raises QueryError.

    Usual is the mean of the last year, or of all weeks where the data are shorter.
    """
    require_bought(model, channel)
    usual = float(_usual(model, channel).sum())
    if usual == 0.0:
        detail = f"{channel!r} had no spend in the last {YEAR} weeks, so no geo has a part of it"
        raise QueryError([Issue("/plan", "no_spend", detail)])
    if np.isclose(weekly, usual, rtol=1e-3):
        detail = f"{weekly:,.6g} per week is what {channel!r} usually has: nothing would change"
        raise QueryError([Issue("/plan", "no_change", detail)])
    if weekly > MOST_TIMES * usual:
        detail = f"{weekly:,.6g} per week is over {MOST_TIMES:,} times what {channel!r} usually has"
        raise QueryError([Issue("/plan", "too_much", detail)])
    return SpendPath(scale=weekly / usual)


def rollout(plan: InformedPlan, design: Design, history: History) -> Rollout:
    """When the plan begins in each geo of ``history``, and what waiting costs."""
    scale = design.test.change.scale
    assert scale is not None
    waits = design.test.weeks + design.test.cooldown
    usual = _usual(plan.models[0], design.test.channel)
    if design.test.geos is None:
        sales = history.kpi.sum(axis=0)
        usual = usual.sum() * sales / sales.sum()
    return Rollout(
        by_geo=tuple(
            RolloutGeo(
                geo=geo,
                usual=float(spend),
                planned=float(scale * spend),
                begins=1 if geo in design.division.treated else waits + 1,
            )
            for geo, spend in zip(history.geos, usual, strict=True)
        ),
        cost_of_waiting=summarize(-plan.cost(_elsewhere(plan, design, history))),
    )


def _elsewhere(plan: InformedPlan, design: Design, history: History) -> Design:
    """The same change in the other geos, in the weeks of the test."""
    if design.test.geos is None:
        others = (1.0 - design.share) / design.share
        return replace(design, effect=design.effect.times(others))
    waiting = tuple(geo for geo in history.geos if geo not in design.division.treated)
    test = replace(design.test, geos=waiting)
    return replace(design, effect=effect_of(plan.models, test))


def _usual(model: FittedModel, channel: str) -> Array:
    """(geo,) mean weekly spend of the last year."""
    position = model.structure.channels.index(channel)
    spend = model.panel.array("spend")[-YEAR:, :, position].mean(axis=0)
    return by_region(model.panel.geos, spend)
