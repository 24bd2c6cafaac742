"""The measure that each objective names, for the search and the report alike.

The definitions are in `cvar`, `smooth`, `loss` and `uncertified`; this module combines them with
the objective's parameters, the draws' probabilities and the reference of the gain.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import singledispatch

from optimizer.problem import objective as of
from optimizer.response import FloatArray
from optimizer.risk.cvar import cvar, mean, mean_cvar, worst_draw_tail
from optimizer.risk.loss import is_concave_loss, piecewise_loss
from optimizer.risk.measure import Measure, MeasureContext, MeasureEvaluation, shifted
from optimizer.risk.smooth import crra, entropic, kl_robust, semideviation, without_ruin
from optimizer.risk.uncertified import mean_variance, quantile, target_probability


def measure_of(objective: object, context: MeasureContext | None = None) -> Measure:
    """The measure that an objective names, of a gain in that context.

    For a regret the context's reference is each draw's best gain.
    """
    context = context or MeasureContext()
    return shifted(_measure(objective, context), context.reference)


@singledispatch
def _measure(objective: object, _setting: MeasureContext) -> Measure:
    raise TypeError(f"no risk measure is registered for {type(objective).__name__}")


def _smooth(weigh: Callable[[FloatArray], MeasureEvaluation]) -> Measure:
    return Measure(lambda gain, _smoothing: weigh(gain), smooth=True)


@_measure.register
def _(_: of.Expected, context: MeasureContext) -> Measure:
    return _smooth(lambda gain: mean(gain, context.probabilities))


@_measure.register
def _(objective: of.MeanCvar, context: MeasureContext) -> Measure:
    aversion, tail, p = objective.risk_aversion, objective.tail, context.probabilities
    return Measure(
        lambda gain, smoothing: mean_cvar(gain, aversion, tail, smoothing, p),
        smooth=aversion == 0,
    )


@_measure.register
def _(objective: of.Cvar, context: MeasureContext) -> Measure:
    tail, p = objective.tail, context.probabilities
    return Measure(lambda gain, smoothing: cvar(gain, tail, smoothing, p), smooth=False)


@_measure.register
def _(objective: of.Regret, context: MeasureContext) -> Measure:
    tail, p = objective.tail, context.probabilities

    def evaluate(gain: FloatArray, smoothing: float) -> MeasureEvaluation:
        share = worst_draw_tail(p, gain.size) if tail is None else tail
        return cvar(gain, share, smoothing, p)

    return Measure(evaluate, smooth=False)


@_measure.register
def _(objective: of.Entropic, context: MeasureContext) -> Measure:
    rate = objective.risk_aversion / context.scale
    return _smooth(lambda gain: entropic(gain, rate, context.probabilities))


@_measure.register
def _(objective: of.Utility, context: MeasureContext) -> Measure:
    p, aversion = context.probabilities, objective.risk_aversion
    if objective.utility == "cara" or objective.wealth is None:
        return _smooth(lambda gain: entropic(gain, aversion / context.scale, p))
    wealth = objective.wealth
    power = 1.0 if objective.utility == "log" else aversion
    return replace(
        _smooth(lambda gain: crra(gain, power, wealth, p)),
        is_defined=lambda gain: without_ruin(gain, wealth, p),
    )


@_measure.register
def _(objective: of.KlRobust, context: MeasureContext) -> Measure:
    return _smooth(lambda gain: kl_robust(gain, objective.radius, context.probabilities))


@_measure.register
def _(objective: of.Semideviation, context: MeasureContext) -> Measure:
    aversion, p = objective.risk_aversion, context.probabilities
    return Measure(
        lambda gain, smoothing: semideviation(gain, aversion, smoothing, p), smooth=aversion == 0
    )


@_measure.register
def _(objective: of.PiecewiseLoss, context: MeasureContext) -> Measure:
    points, slopes, p = objective.points, objective.slopes, context.probabilities
    return Measure(
        lambda gain, smoothing: piecewise_loss(gain, points, slopes, smoothing, p),
        smooth=False,
        certified=is_concave_loss(slopes),
    )


@_measure.register
def _(objective: of.Quantile, context: MeasureContext) -> Measure:
    level, p = objective.level, context.probabilities
    return Measure(
        lambda gain, smoothing: quantile(gain, level, smoothing, p), smooth=False, certified=False
    )


@_measure.register
def _(objective: of.MeanVariance, context: MeasureContext) -> Measure:
    rate, p = objective.risk_aversion / context.scale, context.probabilities
    return Measure(
        lambda gain, _smoothing: mean_variance(gain, rate, p), smooth=True, certified=False
    )


@_measure.register
def _(objective: of.TargetProbability, context: MeasureContext) -> Measure:
    target, p = objective.target, context.probabilities
    return Measure(
        lambda gain, smoothing: target_probability(gain, target, smoothing, p),
        smooth=False,
        certified=False,
    )
