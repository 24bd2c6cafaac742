"""Reads a geo test: the predictive distribution of what would have been sold, and all that
follows.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mmm.errors import QueryError
from mmm.experiments.estimators.sample import Sample
from mmm.experiments.estimators.stack import Stacked, predict
from mmm.experiments.geo_test import GeoTest
from mmm.experiments.reading.issues import sales_issues
from mmm.experiments.undisturbed import Undisturbed, undisturbed_of
from mmm.types import Mask

MOST_PLACEBOS = 60
"""Donors that are read as if treated: enough for the share of one in twenty."""


@dataclass(frozen=True)
class Reading:
    """A test and the stacked prediction behind every figure of it.

    Series 0 of ``stacked`` is the test; the others, where placebos were asked for, are the donors,
    each treated as if it had been tested, in the order of the panel.
    """

    test: GeoTest
    stacked: Stacked

    @property
    def observed(self) -> float:
        """Sold in the treated geos over window and cool-down."""
        return float(self.stacked.sample.sold[0, self.test.history :].sum())

    @cached_property
    def undisturbed(self) -> Undisturbed:
        """The distribution of their sales without the test."""
        return undisturbed_of(self.stacked.total, 0)

    def incremental(self, probability: float) -> float:
        """Quantile of the incremental kpi, its units over window and cool-down."""
        return self.observed - self.undisturbed.sold(1.0 - probability)

    def lift(self, probability: float) -> float:
        """Quantile of the incremental kpi as a share of what would have been sold."""
        return self.observed / self.undisturbed.sold(1.0 - probability) - 1.0

    @property
    def p_value(self) -> float:
        """Two-sided: below .05 exactly where the 95 % interval leaves zero out."""
        return self.undisturbed.p_value(self.observed)


def read_test(test: GeoTest, *, placebos: bool = True) -> Reading:
    """Read ``test``; ``placebos``: also every donor as if it had been treated.

    Raises QueryError where the test cannot be read; each issue names the field and what to do.
    """
    if issues := sales_issues(test):
        raise QueryError(issues)
    sample = test.sample()
    return Reading(test, predict(with_placebos(sample) if placebos else sample, led=True))


def with_placebos(sample: Sample) -> Sample:
    """The sample with each donor as a further series, the treated geos left out of its donors.

    Of many donors, ``MOST_PLACEBOS`` at even distances in the order of the panel.
    """
    donors = np.flatnonzero(sample.donor[0])
    if len(donors) < 3:
        return sample
    places = np.linspace(0, len(donors) - 1, min(len(donors), MOST_PLACEBOS))
    donors = donors[places.round().astype(np.intp)]
    alone: Mask = np.eye(sample.kpi.shape[1], dtype=np.bool_)[donors]
    return Sample(
        sample.kpi,
        sample.history,
        np.concatenate([sample.treated, alone]),
        np.concatenate([sample.donor, sample.donor & ~alone]),
        sample.daily,
        sample.parts,
    )
