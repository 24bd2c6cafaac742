"""Converts each form of a measured lift into a lift and its standard error in KPI units.

With D the extra spend of the treatment (currency, summed over the test) and v the value of a unit:

    lift            L                               se(L) as given
    percent p       L = p / 100 * control_total     se(L) = se(p) / 100 * control_total
    roas r          L = r * D / v                   se(L) = se(r) * |D| / v
    cost_per_unit c L = D / c                       se(L) = se(c) * |D| / c^2   (delta method)

    interval (low, high) at ``level``:  se = (high - low) / (2 z),  z = normal quantile of
    (1 + level) / 2

The interval of a cost is turned into one of 1 / c end by end, which is exact, before its width is
taken: lift, not cost, is what has a symmetric interval. ``control_total`` is taken as known: its
own relative error enters the lift multiplied by the small share p / 100.
"""

from dataclasses import dataclass
from statistics import NormalDist

from mmm.spec.lift_test import LiftResult


@dataclass(frozen=True)
class MeasuredLift:
    """An estimate and its standard error, in one unit."""

    value: float
    se: float

    def times(self, factor: float) -> "MeasuredLift":
        """The estimate in another unit."""
        return MeasuredLift(self.value * factor, self.se * abs(factor))

    def reciprocal(self) -> "MeasuredLift":
        """1 / value by the delta method."""
        return MeasuredLift(1.0 / self.value, self.se / self.value**2)


def standard_error(low: float, high: float, level: float) -> float:
    """Standard error behind a central interval of a normal estimate."""
    return (high - low) / (2.0 * NormalDist().inv_cdf((1.0 + level) / 2.0))


def lift_in_kpi_units(
    result: LiftResult, extra_spend: float, value_per_unit: float | None
) -> MeasuredLift:
    """Lift and s.e. in units of the KPI.

    ``extra_spend``: treatment less control in currency, summed over the test; needed (not zero) by
    roas and cost_per_unit. ``value_per_unit``: currency per unit of the KPI, needed by roas. Raises
    ValueError where the form needs a value that is missing.
    """
    if result.form in {"roas", "cost_per_unit"} and extra_spend == 0.0:
        raise ValueError(f"{result.form} needs worlds whose total spend differs")
    if result.form == "percent":
        return _as_reported(result).times((result.control_total or 0.0) / 100.0)
    if result.form == "roas":
        if value_per_unit is None:
            raise ValueError("roas needs the value of a unit of the kpi")
        return _as_reported(result).times(extra_spend / value_per_unit)
    if result.form == "cost_per_unit":
        return _units_per_currency(result).times(extra_spend)
    return _as_reported(result)


def _as_reported(result: LiftResult) -> MeasuredLift:
    return MeasuredLift(
        result.value, _reported_se(result.se, result.low, result.high, result.level)
    )


def _units_per_currency(result: LiftResult) -> MeasuredLift:
    """KPI units per currency, 1 / cost; the ends of its interval change places."""
    if result.low is None or result.high is None:
        return _as_reported(result).reciprocal()
    low, high = 1.0 / result.high, 1.0 / result.low
    return MeasuredLift(1.0 / result.value, _reported_se(None, low, high, result.level))


def _reported_se(
    se: float | None, low: float | None, high: float | None, level: float | None
) -> float:
    if se is not None:
        return se
    if low is None or high is None or level is None:
        raise ValueError("give se, or low, high and level")
    return standard_error(low, high, level)
