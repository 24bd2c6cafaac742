"""The sales of every geo before a test: what designs are tried on.

Weeks in which an earlier test changed the sales would teach a design that they change by
themselves. There the effect of the test, as the model has it after measuring it, is taken out: in
proportion to the sales of its geos and weeks.
"""

from dataclasses import dataclass

import numpy as np

from mmm.experiments.regions import by_region, region_names
from mmm.lift.predict import plain_array, predicted_lifts
from mmm.lift.resolve import ResolvedTest, resolve_lift_tests
from mmm.posterior.fitted import FittedModel
from mmm.types import Array


@dataclass(frozen=True, eq=False)
class History:
    """kpi (period, geo): what each geo sold, in periods of a day or a week without gaps."""

    geos: tuple[str, ...]
    kpi: Array
    daily: bool = False

    @property
    def days(self) -> int:
        """Days of a period."""
        return 1 if self.daily else 7


def history_of(model: FittedModel) -> History:
    """The weeks of a model by geo, products together, as if no test had been run in them."""
    cells = _without_tests(model)
    return History(region_names(model.panel.geos), by_region(model.panel.geos, cells))


def _without_tests(model: FittedModel) -> Array:
    """(week, cell) of the KPI with the effect of every test in these weeks taken out."""
    kpi = np.array(model.panel.array("kpi"))
    tests = [test for test in resolve_lift_tests(model.design) if _was_run(test)]
    if not tests:
        return kpi
    lifts = predicted_lifts(tests, model.posterior.draws, model.design, np, plain_array)
    for test, lift in zip(tests, np.asarray(lifts).mean(axis=0), strict=True):
        rows = test.window.rows[test.window.ahead :]
        sold = kpi[rows] * (test.share > 0.0)
        if sold.sum() > 0.0:
            kpi[rows] -= float(lift) * sold / sold.sum()
    return kpi


def _was_run(test: ResolvedTest) -> bool:
    """Whether the data have the treated world: the spend that is given is that without the test."""
    return test.window.position is not None and test.test.treatment is None
