"""From a reading to a lift test of the specification, and whether it agrees with a model.

The test enters the likelihood as any lift test: whole weeks of the model that hold its window, what
was spent in both worlds in the treated geos, the lift and its standard error, and a transport s.d.
with its source. In a national model the treated geos are their share of the nation.

    s.e.   half of the central 68.27 % interval of the incremental KPI, and no less than what the
           placebos scatter: times the root mean square of their errors over their own s.d.s, where
           that is above one
    z      (measured - expected) / sqrt(s.e.^2 + transport^2 + variance of the expected lift)
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from mmm.data.design import design_of
from mmm.errors import Issue, QueryError
from mmm.experiments.geo_test import GeoTest
from mmm.experiments.predicted_effect import require_channel
from mmm.experiments.read import Reading
from mmm.experiments.transport import Transport, transport
from mmm.lift.predict import plain_array, predicted_lifts
from mmm.lift.resolve import resolve_lift_tests
from mmm.posterior.fitted import FittedModel
from mmm.spec.lift_test import LiftResult, LiftTest, SpendPath
from mmm.types import Array

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Feedback:
    """The lift test that a reading becomes, with where its transport s.d. comes from.

    ``test``: for the data of the model, which may end before it. ``for_next_fit``: for data that go
    on until after it. ``inflated``: by how much the placebos raised the standard error.
    """

    test: LiftTest
    for_next_fit: LiftTest
    transport: Transport
    inflated: float


def lift_test_of(reading: Reading, model: FittedModel, channel: str, name: str) -> Feedback:
    """The reading as a lift test of ``channel`` in ``model``; raises QueryError by field."""
    test = reading.test
    if test.spend is None or test.usual_spend is None:
        detail = "the reading has no spend: a lift test needs what was spent in both worlds"
        raise QueryError([Issue("/spend", "missing", detail)])
    require_channel(model, channel)
    weeks = _weeks_of(test, model)
    regional = len(model.panel.geos) > 1
    share = _share(test)
    years = max((model.panel.weeks[-1] - test.end).days / 365.25, 0.0)
    distance = transport(len(test.treated), share, model_has_geos=regional, years=years)
    inflated = max(placebo_scatter(reading), 1.0)
    se = inflated * (reading.incremental(0.841345) - reading.incremental(0.158655)) / 2.0
    spent, usual = (_by_week(test, each, weeks) for each in (test.spend, test.usual_spend))
    length = sum(week <= test.end for week in weeks)
    control, treatment = (_path(each[:length], test, regional=regional) for each in (usual, spent))
    around = (float(usual.sum(axis=1).mean()),)

    def within(series: bool) -> LiftTest:
        """The test of data that hold its weeks, or that end before or begin after them."""
        stated = {} if series else {"before": around, "after": around}
        return LiftTest(
            name=name,
            channel=channel,
            start=weeks[0],
            end=weeks[length - 1],
            cooldown=len(weeks) - length,
            geos=test.treated if regional else None,
            treated_share=1.0 if regional else share,
            control=control.model_copy(update=stated),
            # Within a series with geos the spend of the treatment is in the data.
            treatment=None if regional and series else treatment,
            result=LiftResult(lift=reading.incremental(0.5), se=se),
            transport_sd=distance.sd,
        )

    begun = weeks[0] >= model.panel.weeks[0]
    now = within(series=begun and weeks[-1] <= model.panel.weeks[-1])
    return Feedback(now, within(series=begun), distance, inflated)


def placebo_scatter(reading: Reading) -> float:
    """Root mean square of what untreated geos read, in their own s.d.s; 1 where all is well."""
    stacked = reading.stacked
    total, sold = stacked.total, stacked.sample.sold[:, reading.test.history :].sum(axis=1)
    if len(sold) < 2:
        return 1.0
    middle, low, high = (total.quantile(q) for q in (0.5, 0.158655, 0.841345))
    z = 2.0 * (sold - middle)[1:] / (high - low)[1:]
    return float(np.sqrt(np.square(z).mean()))


def surprise(model: FittedModel, feedback: Feedback) -> float:
    """How far a test is from what ``model`` expects of it, in s.d.s; positive for a larger lift."""
    spec = model.spec.model_copy(update={"lift_tests": (feedback.test,)})
    resolved = resolve_lift_tests(design_of(spec, model.panel, model.scales))
    expected = predicted_lifts(resolved, model.posterior.draws, model.design, np, plain_array)
    (test,) = resolved
    lift = np.asarray(expected)[..., 0]
    return float((test.lift - lift.mean()) / np.hypot(test.sd, lift.std()))


def _weeks_of(test: GeoTest, model: FittedModel) -> list[date]:
    """The weeks of the model that hold the window and its cool-down."""
    first = model.panel.weeks[0]
    start = test.start - timedelta(days=(test.start - first).days % 7)
    last = test.dates[test.history + test.read - 1]
    count = (last - start).days // 7 + 1
    return [start + k * WEEK for k in range(count)]


def _share(test: GeoTest) -> float:
    """Of all sales before the test, those of the treated geos."""
    sold = test.kpi[: test.history].sum(axis=0)
    return float(sold[test.is_treated].sum() / sold.sum())


def _by_week(test: GeoTest, spend: Array, weeks: list[date]) -> Array:
    """(week, treated geo) sums of ``spend (period, geo)``."""
    position = np.array([(day - weeks[0]).days // 7 for day in test.dates])
    treated = spend[:, test.is_treated]
    return np.array([treated[position == k].sum(axis=0) for k in range(len(weeks))])


def _path(spend: Array, test: GeoTest, *, regional: bool) -> SpendPath:
    """Spend (week, treated geo) of one world: by geo, or of the treated part of a nation."""
    if not regional:
        return SpendPath(weekly=tuple(spend.sum(axis=1).tolist()))
    names = [geo for geo, on in zip(test.geos, test.is_treated.tolist(), strict=True) if on]
    by_geo = {name: tuple(spend[:, k].tolist()) for k, name in enumerate(names)}
    return SpendPath(by_geo=by_geo)
