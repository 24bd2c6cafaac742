"""A reading becomes its answer."""

from collections.abc import Callable

import numpy as np

from mmm.experiments.estimators.classic import (
    classic_synthetic_control,
    difference_in_differences,
    synthetic_difference_in_differences,
)
from mmm.experiments.estimators.mixture import Mixture, of_series
from mmm.experiments.read import Reading
from mmm.experiments.reading.answer import (
    Detectable,
    DonorWeight,
    GeoTestReading,
    Phase,
    PlaceboGeo,
    PlacebosInSpace,
    PlacebosInTime,
    PlaceboWindow,
    PublishedEstimate,
    ReadEstimator,
    ReadInterval,
    ReadPeriod,
    ReadSpend,
)
from mmm.experiments.reading.sentences import summary_of
from mmm.experiments.reading.suspects import warnings_of
from mmm.experiments.undisturbed import Undisturbed, undisturbed_of

PERCENTS = {"p2_5": 0.025, "p5": 0.05, "p50": 0.5, "p95": 0.95, "p97_5": 0.975}
_GRID = (np.arange(400) + 0.5) / 400
"""Probabilities whose quantiles are averaged for a mean: a t with few degrees of freedom has
none.
"""
LEAST_WEIGHT = 0.005


def answer_of(reading: Reading) -> GeoTestReading:
    """Everything that is told of a test."""
    test, undisturbed, observed = reading.test, reading.undisturbed, reading.observed
    daily, alone = test.step == 1, not test.is_donor.any()
    extra = test.extra_spend
    value = test.value_per_unit

    def incremental(sold: float) -> float:
        return observed - sold

    cells = int(test.is_treated.sum()) * test.read
    window, steady = _parts(reading)
    told = {
        "method": "interrupted_time_series" if alone else "stacked",
        "treated": test.treated,
        "donors": int(test.is_donor.sum()),
        "start": test.start,
        "end": test.end,
        "read_until": test.dates[test.history + test.read - 1],
        "period": "day" if daily else "week",
        "incremental": _interval(undisturbed, incremental),
        "lift": _interval(undisturbed, lambda sold: observed / sold - 1.0),
        "p_value": reading.p_value,
        "probability_positive": float(undisturbed.cdf(observed)),
        "observed": observed,
        "undisturbed": _interval(undisturbed, lambda sold: sold),
        "per_geo_and_period": _interval(undisturbed, lambda sold: (observed - sold) / cells),
        "window_incremental": window,
        "lift_after_ramp": steady,
        "spend": None if extra is None else _spend(reading),
        "incremental_value": None
        if extra is None
        else _interval(undisturbed, lambda sold: (observed - sold) * value),
        "iroas": None
        if extra is None
        else _interval(undisturbed, lambda sold: (observed - sold) * value / extra),
        "detectable": _detectable(undisturbed),
        "periods": _periods(reading),
        "estimators": _estimators(reading),
        "comparisons": () if alone else _comparisons(reading),
        "placebos_in_space": _in_space(reading),
        "placebos_in_time": _in_time(reading),
    }
    draft = GeoTestReading(summary="", warnings=(), **told)
    return draft.model_copy(
        update={"summary": summary_of(draft), "warnings": warnings_of(reading, draft)}
    )


def _interval(undisturbed: Undisturbed, figure: Callable[[float], float]) -> ReadInterval:
    """The interval of a monotone figure of untreated sales."""
    rising = figure(undisturbed.sold(0.975)) >= figure(undisturbed.sold(0.025))
    ends = {
        name: figure(undisturbed.sold(p if rising else 1.0 - p)) for name, p in PERCENTS.items()
    }
    mean = np.mean([figure(sold) for sold in undisturbed.middle])
    return ReadInterval(mean=float(mean), **ends)


def _parts(reading: Reading) -> tuple[ReadInterval | None, ReadInterval | None]:
    """The incremental kpi of the window alone and the lift after the ramp, where they differ."""
    test, sold = reading.test, reading.stacked.sample.sold[0, reading.test.history :]
    found: list[ReadInterval | None] = [None, None]
    for number, part in enumerate(reading.stacked.sample.parts):
        now = float(sold[part].sum())

        def more(other: float, now: float = now) -> float:
            return now - other

        def share(other: float, now: float = now) -> float:
            return now / other - 1.0

        of_part = undisturbed_of(reading.stacked.part(number), 0)
        is_window = test.cooldown > 0 and number == 0
        if is_window:
            found[0] = _interval(of_part, more)
        else:
            found[1] = _interval(of_part, share)
    return found[0], found[1]


def _spend(reading: Reading) -> ReadSpend:
    test = reading.test
    when = slice(test.history, test.history + test.read)
    assert test.spend is not None
    assert test.usual_spend is not None
    spent, usual = (
        float(world[when, test.is_treated].sum()) for world in (test.spend, test.usual_spend)
    )
    return ReadSpend(spent=spent, usual=usual, extra=spent - usual)


def _detectable(undisturbed: Undisturbed) -> Detectable:
    increase, cut = undisturbed.detectable(), undisturbed.detectable(cut=True)
    return Detectable(
        increase=increase if np.isfinite(increase) else None, cut=cut if cut > -1.0 else None
    )


def _periods(reading: Reading) -> tuple[ReadPeriod, ...]:
    test, stacked = reading.test, reading.stacked
    each = of_series(stacked.each, 0)
    middle, low, high = (each.quantile(p) for p in (0.5, 0.025, 0.975))
    told = []
    for number, day in enumerate(test.dates[: test.history + test.read]):
        ahead = number - test.history
        phase: Phase = "before" if ahead < 0 else "window" if ahead < test.window else "cooldown"
        told.append(
            ReadPeriod(
                date=day,
                phase=phase,
                observed=float(stacked.sample.sold[0, number]),
                predicted=float(stacked.fitted[0, number] if ahead < 0 else middle[ahead]),
                p2_5=None if ahead < 0 else float(low[ahead]),
                p97_5=None if ahead < 0 else float(high[ahead]),
            )
        )
    return tuple(told)


def _estimators(reading: Reading) -> tuple[ReadEstimator, ...]:
    observed, geos = reading.observed, reading.test.geos
    told = []
    for number, (name, prediction) in enumerate(reading.stacked.predictions.items()):
        own = undisturbed_of(prediction.total, 0)
        weights = prediction.weights[0]
        largest = [k for k in np.argsort(-weights, kind="stable") if weights[k] >= LEAST_WEIGHT]
        told.append(
            ReadEstimator(
                name=name,
                weight=float(reading.stacked.weights[0, number]),
                incremental=_interval(own, lambda sold: observed - sold),
                p_value=own.p_value(observed),
                donors=tuple(DonorWeight(geo=geos[k], weight=float(weights[k])) for k in largest),
            )
        )
    return tuple(told)


def _comparisons(reading: Reading) -> tuple[PublishedEstimate, ...]:
    sample = reading.test.sample()
    cells = int(sample.treated.sum()) * sample.coming
    found = {
        "difference_in_differences": difference_in_differences(sample),
        "synthetic_control_in_levels": classic_synthetic_control(sample),
        "synthetic_difference_in_differences": synthetic_difference_in_differences(sample),
    }
    return tuple(
        PublishedEstimate(
            name=name,
            incremental=each.effect * cells,
            standard_error=None if each.se is None else each.se * cells,
            per_geo_and_period=each.effect,
            fit_distance=each.distance,
        )
        for name, each in found.items()
    )


def _read(total: Mixture, sold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lift and p-value of each series."""
    return sold / total.quantile(0.5) - 1.0, total.two_sided(sold)


def _in_space(reading: Reading) -> PlacebosInSpace:
    sample = reading.stacked.sample
    lifts, ps = _read(reading.stacked.total, sample.sold[:, sample.history :].sum(axis=1))
    names = [reading.test.geos[int(row.argmax())] for row in sample.treated[1:]]
    geos = [
        PlaceboGeo(geo=name, lift=float(lift), p_value=float(p))
        for name, lift, p in zip(names, lifts[1:], ps[1:], strict=True)
    ]
    few = not geos
    return PlacebosInSpace(
        share_below_5=None if few else float(np.mean(ps[1:] < 0.05)),
        share_below_10=None if few else float(np.mean(ps[1:] < 0.1)),
        rank_p_value=None if few else float(np.mean(ps <= ps[0])),
        geos=tuple(sorted(geos, key=lambda each: each.p_value)),
    )


def _in_time(reading: Reading) -> PlacebosInTime:
    test, stacked = reading.test, reading.stacked
    windows = []
    for origin, total, sold in zip(stacked.origins, stacked.past, stacked.past_sold, strict=True):
        lift, p = _read(total, sold)
        windows.append(
            PlaceboWindow(
                start=test.dates[int(origin)],
                end=test.dates[int(origin) + test.read - 1],
                lift=float(lift[0]),
                p_value=float(p[0]),
            )
        )
    share = float(np.mean([each.p_value < 0.1 for each in windows])) if windows else None
    return PlacebosInTime(share_below_10=share, windows=tuple(windows))
