"""What a reader should know before believing a reading: donors that stray or moved, and its
placebos.
"""

from collections.abc import Iterator

import numpy as np

from mmm.experiments.read import Reading
from mmm.experiments.reading.answer import GeoTestReading
from mmm.types import Array

OUTLIER_Z = 3.5
"""Robust z of a donor's noise above which it is named (Iglewicz and Hoaglin 1993)."""
SPEND_MOVED = 0.2
"""Relative change of a donor's spend in the window above which it is named as contaminated."""
TOO_OFTEN = 0.25
LEAST_PLACEBOS = 8


def warnings_of(reading: Reading, told: GeoTestReading) -> tuple[str, ...]:
    """Sentences, each with what to do."""
    return (
        *_of_comparison(told),
        *_spend_of_donors(reading),
        *_moved_donors(told),
        *_outliers(reading),
        *_of_placebos(told),
    )


def _of_comparison(told: GeoTestReading) -> Iterator[str]:
    if told.method == "interrupted_time_series":
        yield (
            "no geo was left untreated: whatever else happened in the window counts as effect "
            "(interrupted time series); keep geos aside next time"
        )
    elif told.donors < 3:
        yield (
            f"only {told.donors} geos were untreated: how long errors last cannot be learned from "
            "them, and what happens in one of them alone moves the reading"
        )


def _spend_of_donors(reading: Reading) -> Iterator[str]:
    test = reading.test
    if test.spend is None or test.usual_spend is None:
        return
    when = slice(test.history, test.history + test.read)
    spent, usual = test.spend[when].sum(axis=0), test.usual_spend[when].sum(axis=0)
    for geo in np.flatnonzero(test.is_donor):
        if abs(spent[geo] - usual[geo]) > SPEND_MOVED * max(usual[geo], 1e-9 * spent.max()):
            yield (
                f"the donor {test.geos[geo]} spent {spent[geo]:,.6g} in the window where "
                f"{usual[geo]:,.6g} is usual: it was treated as well; exclude it"
            )


def _moved_donors(told: GeoTestReading) -> Iterator[str]:
    geos = told.placebos_in_space.geos
    for each in geos:
        if each.p_value < 0.05 / len(geos):
            yield (
                f"the donor {each.geo} moved by {each.lift:+.1%} in the window by itself "
                f"(p = {each.p_value:.1g}): if the test reached it, or something else happened "
                "there, exclude it and read again"
            )


def _outliers(reading: Reading) -> Iterator[str]:
    test = reading.test
    donors = np.flatnonzero(test.is_donor)
    if len(donors) < LEAST_PLACEBOS:
        return
    noise = _noise(test.kpi[: test.history][:, donors])
    logs = np.log(np.maximum(noise, 1e-12))
    middle = np.median(logs)
    size = max(float(np.median(np.abs(logs - middle))), 0.05)
    for place in np.flatnonzero(0.6745 * (logs - middle) / size > OUTLIER_Z):
        yield (
            f"the donor {test.geos[donors[place]]} moves unlike the others: its noise is "
            f"{noise[place] / np.exp(middle):.1f} times theirs; exclude it and see what changes"
        )


def _noise(kpi: Array) -> Array:
    """S.d. of each geo's sales, as a share of its mean, about the median geo's: (geo,)."""
    level = np.maximum(kpi.mean(axis=0), 1e-300)
    share = kpi / level
    return np.asarray((share - np.median(share, axis=1, keepdims=True)).std(axis=0))


def _of_placebos(told: GeoTestReading) -> Iterator[str]:
    space, time = told.placebos_in_space, told.placebos_in_time
    share = space.share_below_10
    if share is not None and len(space.geos) >= LEAST_PLACEBOS and share >= TOO_OFTEN:
        yield (
            f"{share:.0%} of the donors show an effect at the 10 % level where nothing was done: "
            "the intervals are too narrow for this panel, so go by rank_p_value"
        )
    for window in time.windows:
        if window.p_value < 0.05 / len(time.windows):
            yield (
                f"the treated geos show {window.lift:+.1%} from {window.start} to {window.end} "
                f"(p = {window.p_value:.1g}), when nothing was done: find out what happened then"
            )
