r"""The plan's regret and the value of information, in expected gain.

    regret_s        best_s - gain_s(plan),    best_s of each draw's own best plan
    perfect         E best_s - max_b E gain_s(b)
    of channel c    E_c max_b E[gain(b) | c] - max_b E gain(b)

Knowing a channel means knowing its response under the plan: the draws are sorted by it and divided
into bins of equal probability, every curve is replaced by its mean within a bin, and the best plan
of each bin is found. Means over a bin also differ by chance, which looks like information: the same
is done with draws divided at random, and the mean of that is subtracted (bin estimator of the
expected value of partial perfect information, Strong and Oakley 2013, less its bias). This applies
only to responses that add up over cells, and respects the linear limits.

    b -> spend
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimizer.allocation import InformationValue, Insights
from optimizer.curves.draw_tables import CurveTables
from optimizer.curves.hindsight import best_plans
from optimizer.explain.inseparable import channel_contributions
from optimizer.explain.stability import plan_stability
from optimizer.response import FloatArray, as_separable
from optimizer.risk.measure import probabilities_or_equal
from optimizer.search.case import Case, Solver
from optimizer.search.reference import probabilities_of

_BINS = 16
_DRAWS_PER_BIN = 8
_RANDOM_PARTS = 10


@dataclass(frozen=True)
class ChannelKnowledge:
    """The value of knowing one channel's effect, by channel; ``base``: the best expected gain over
    no spend without it; ``noise``: half-width of what uninformative channels would show."""

    by_channel: dict[str, float]
    base: float
    noise: float


def channel_knowledge(case: Case, spend: FloatArray) -> ChannelKnowledge | None:
    """What it is worth to know each channel's effect before planning; spend (cell,): the plan at
    which effects are compared.

    None where channels do not add up or where there are too few draws.
    """
    curves = additive_curves(case, spend)
    return None if curves is None else _knowledge(case, spend, curves)


def _knowledge(case: Case, spend: FloatArray, curves: CurveTables) -> ChannelKnowledge:
    draws = case.search.gain.draws(spend)
    p = probabilities_or_equal(draws, probabilities_of(case.response))
    signals = channel_contributions(case, _with_every_cell_funded(case, spend))
    rng = np.random.default_rng(case.seed)
    random = [rng.permutation(draws.size).astype(np.float64) for _ in range(_RANDOM_PARTS)]
    bins = min(_BINS, draws.size // _DRAWS_PER_BIN)
    known = [parts_in_order(signal, p, bins) for signal in (*signals.values(), *random)]
    values, base = values_of_parts(case, curves, known, p)
    chance = values[len(signals) :]
    worth = np.maximum(values[: len(signals)] - chance.mean(), 0.0)
    by_channel = dict(zip(signals, worth.tolist(), strict=True))
    return ChannelKnowledge(by_channel, base, 2.0 * float(chance.std(ddof=1)))


def information_value(case: Case, spend: FloatArray) -> InformationValue | None:
    """The value of information for the plan (cell,).

    None where channels do not add up or where there are too few draws.
    """
    curves, gain = additive_curves(case, spend), case.search.gain
    if curves is None:
        return None
    known = _knowledge(case, spend, curves)
    draws, zero = gain.draws(spend), gain.draws(np.zeros(spend.size))
    p = probabilities_or_equal(draws, probabilities_of(case.response))
    regret = np.maximum(best_plans(curves, case.system, gain.watch)[0] + zero - draws, 0.0)
    return InformationValue(
        regret=regret,
        expected_regret=float(p @ regret),
        perfect=max(float(p @ (regret + draws - zero)) - known.base, 0.0),
        by_channel=known.by_channel,
        noise=known.noise,
    )


def additive_curves(case: Case, spend: FloatArray) -> CurveTables | None:
    """The curves of a response that adds up over cells and has enough draws; None elsewhere."""
    separable, draws = as_separable(case.response), case.search.gain.draws(spend).size
    if separable is None or draws < 2 * _DRAWS_PER_BIN:
        return None
    return CurveTables.of(separable, case.system, case.search.gain.cost)


def values_of_parts(
    case: Case, curves: CurveTables, signals: Sequence[FloatArray], p: FloatArray
) -> tuple[FloatArray, float]:
    """(signal,): the expected gain of knowing the part that the truth is in; and the best gain
    without it.

    signals: (part, draw) each, the probability that each draw adds to each part of it.  p: (draw,),
    probabilities; the sum over the parts of every signal.
    """
    parts = np.concatenate([p[None, :], *signals])
    means = parts / parts.sum(axis=1, keepdims=True)
    averaged = CurveTables(
        curves.levels,
        curves.values @ means.T,
        curves.left @ means.T,
        curves.right @ means.T,
        curves.cost,
    )
    best = best_plans(averaged, case.system, case.search.watch)[0]
    weighted, ends = parts.sum(axis=1) * best, np.cumsum([1, *(each.shape[0] for each in signals)])
    known = [weighted[low:high].sum() for low, high in pairwise(ends)]
    return np.array(known) - best[0], float(best[0])


def parts_in_order(signal: FloatArray, p: FloatArray, bins: int) -> FloatArray:
    """(bin, draw): the probability that each draw adds to each bin, in order of the signal."""
    order = np.argsort(signal, kind="stable")
    after = np.cumsum(p[order])
    before = after - p[order]
    edges = np.linspace(0.0, after[-1], bins + 1)
    low, high = edges[:-1, None], edges[1:, None]
    parts = np.empty((bins, p.size))
    parts[:, order] = np.clip(np.minimum(after, high) - np.maximum(before, low), 0.0, None)
    return parts


def _with_every_cell_funded(case: Case, spend: FloatArray) -> FloatArray:
    """The plan (cell,) with an equal share of the budget where a cell gets nothing."""
    equal = np.clip(case.system.budget / spend.size, case.system.lower, case.system.upper)
    return np.where(spend > 0, spend, equal)


def insights_of(case: Case, solve: Solver, spend: FloatArray) -> Insights:
    """The insights into the plan (cell,) that need further solves.

    Stability is None where a condition beside the linear limits binds the plan to all draws.
    """
    return Insights(
        stability=None if case.problem.conditions else plan_stability(case, solve, spend),
        information=information_value(case, spend),
    )
