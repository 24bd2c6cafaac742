"""The measure that each objective names: one definition each, for objective and report alike.

The definitions stand in `risk_cvar`, `risk_smooth`, `risk_loss` and `risk_open`; this module joins
them with the objective's parameters, the draws' probabilities and what the gain is measured from.
"""

from collections.abc import Callable
from functools import singledispatch

from optimizer.problem import objective as of
from optimizer.response import FloatArray
from optimizer.risk.cvar import cvar, mean, mean_cvar, worst_share
from optimizer.risk.loss import is_concave_loss, piecewise_loss
from optimizer.risk.measure import WIDTHS, Measure, Setting, Weighing, shifted
from optimizer.risk.smooth import crra, entropic, kl_robust, semideviation
from optimizer.risk.uncertified import mean_variance, quantile, target_probability

__all__ = [
    "WIDTHS",
    "Measure",
    "Setting",
    "Weighing",
    "crra",
    "cvar",
    "entropic",
    "kl_robust",
    "mean",
    "mean_cvar",
    "mean_variance",
    "measure_of",
    "piecewise_loss",
    "quantile",
    "semideviation",
    "target_probability",
]


def measure_of(objective: object, setting: Setting | None = None) -> Measure:
    """The measure that an objective names, of a gain in that setting.

    For a regret the setting's reference is each draw's best gain.
    """
    setting = setting or Setting()
    return shifted(_measure(objective, setting), setting.reference)


@singledispatch
def _measure(objective: object, _setting: Setting) -> Measure:
    raise TypeError(f"no risk measure is registered for {type(objective).__name__}")


def _smooth(weigh: Callable[[FloatArray], Weighing]) -> Measure:
    return Measure(lambda gain, _smoothing: weigh(gain), smooth=True)


@_measure.register
def _(_: of.Expected, setting: Setting) -> Measure:
    return _smooth(lambda gain: mean(gain, setting.probabilities))


@_measure.register
def _(objective: of.MeanCvar, setting: Setting) -> Measure:
    aversion, tail, p = objective.risk_aversion, objective.tail, setting.probabilities
    return Measure(
        lambda gain, smoothing: mean_cvar(gain, aversion, tail, smoothing, p),
        smooth=aversion == 0,
    )


@_measure.register
def _(objective: of.Cvar, setting: Setting) -> Measure:
    tail, p = objective.tail, setting.probabilities
    return Measure(lambda gain, smoothing: cvar(gain, tail, smoothing, p), smooth=False)


@_measure.register
def _(objective: of.Regret, setting: Setting) -> Measure:
    tail, p = objective.tail, setting.probabilities

    def weigh(gain: FloatArray, smoothing: float) -> Weighing:
        share = worst_share(p, gain.size) if tail is None else tail
        return cvar(gain, share, smoothing, p)

    return Measure(weigh, smooth=False)


@_measure.register
def _(objective: of.Entropic, setting: Setting) -> Measure:
    rate = objective.risk_aversion / setting.scale
    return _smooth(lambda gain: entropic(gain, rate, setting.probabilities))


@_measure.register
def _(objective: of.Utility, setting: Setting) -> Measure:
    p, aversion = setting.probabilities, objective.risk_aversion
    if objective.utility == "cara" or objective.wealth is None:
        return _smooth(lambda gain: entropic(gain, aversion / setting.scale, p))
    wealth = objective.wealth
    power = 1.0 if objective.utility == "log" else aversion
    return _smooth(lambda gain: crra(gain, power, wealth, p))


@_measure.register
def _(objective: of.KlRobust, setting: Setting) -> Measure:
    return _smooth(lambda gain: kl_robust(gain, objective.radius, setting.probabilities))


@_measure.register
def _(objective: of.Semideviation, setting: Setting) -> Measure:
    aversion, p = objective.risk_aversion, setting.probabilities
    return Measure(
        lambda gain, smoothing: semideviation(gain, aversion, smoothing, p), smooth=aversion == 0
    )


@_measure.register
def _(objective: of.PiecewiseLoss, setting: Setting) -> Measure:
    points, slopes, p = objective.points, objective.slopes, setting.probabilities
    return Measure(
        lambda gain, smoothing: piecewise_loss(gain, points, slopes, smoothing, p),
        smooth=False,
        certified=is_concave_loss(slopes),
    )


@_measure.register
def _(objective: of.Quantile, setting: Setting) -> Measure:
    level, p = objective.level, setting.probabilities
    return Measure(
        lambda gain, smoothing: quantile(gain, level, smoothing, p), smooth=False, certified=False
    )


@_measure.register
def _(objective: of.MeanVariance, setting: Setting) -> Measure:
    rate, p = objective.risk_aversion / setting.scale, setting.probabilities
    return Measure(
        lambda gain, _smoothing: mean_variance(gain, rate, p), smooth=True, certified=False
    )


@_measure.register
def _(objective: of.TargetProbability, setting: Setting) -> Measure:
    target, p = objective.target, setting.probabilities
    return Measure(
        lambda gain, smoothing: target_probability(gain, target, smoothing, p),
        smooth=False,
        certified=False,
    )
