"""Whether rival models can be told apart: differences of their log scores of the same windows.

The mean difference of two models over windows has the standard error of
``mmm.trust.backtest.judge``, which allows for overlap. Two models are told apart where it exceeds
so many standard errors:

    limit = max(2, 97.5 % quantile of Student's t with m - 1 degrees of freedom)

so that equal models are told apart about once in twenty. They are compared on the longest
windows of which there are enough (``FEWEST`` effective ones); without any, nothing is told.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import stdtrit

from mmm.posterior.trust.backtest import Origin
from mmm.trust.backtest.judge import FEWEST, worse_than
from mmm.trust.backtest.scores import effective_windows
from mmm.trust.rivals.answer import Comparison, Difference, Weight
from mmm.trust.rivals.stacking import mixture_weights, stacked
from mmm.types import Array

LEAST_LIMIT = 2.0


def compared(
    origins: Mapping[str, Sequence[Origin]], horizons: Sequence[int], every: int
) -> Comparison:
    """The comparison of models, by name, from what each said at its ``origins``.

    Only windows that every model has are compared; ``every``: weeks from one origin to the next.
    """
    names = tuple(origins)
    found = {weeks: window_scores(origins, weeks) for weeks in sorted(set(horizons))}
    worth = {w: effective_windows(len(s), w, every) for w, s in found.items() if len(s)}
    enough = [weeks for weeks, effective in worth.items() if effective >= FEWEST]
    used = max(enough or worth, default=None)
    if used is None:
        return _untold(names, "No window was scored for every model.")
    scores, effective = found[used], worth[used]
    means = scores.mean(0)
    best = int(means.argmax())
    differences = tuple(
        difference(names[best], name, scores[:, best] - scores[:, k], effective)
        for k, name in enumerate(names)
        if k != best
    )
    weights, pure = mixture_weights(scores, effective), stacked(scores)
    apart = bool(enough) and all(each.told_apart for each in differences)
    alike = tuple(each.other for each in differences if not (enough and each.told_apart))
    return Comparison(
        windows=len(scores),
        window_weeks=used,
        effective=round(effective, 2),
        judged=bool(enough),
        best=names[best],
        told_apart=apart,
        alike=alike,
        differences=differences,
        weights=tuple(
            Weight(name=name, weight=float(w), stacking=float(s), log_score=float(mean))
            for name, w, s, mean in zip(names, weights, pure, means, strict=True)
        ),
        sentence=_sentence(names[best], alike, len(scores), used, effective, judged=bool(enough)),
    )


def window_scores(origins: Mapping[str, Sequence[Origin]], weeks: int) -> Array:
    """(window, model) log scores of the windows of that length which every model has."""
    by_start = [
        {o.start: w.log_score for o in each for w in o.windows if w.weeks == weeks}
        for each in origins.values()
    ]
    shared = sorted(set.intersection(*(set(scores) for scores in by_start)))
    rows = [[scores[start] for scores in by_start] for start in shared]
    return np.array(rows, dtype=np.float64).reshape(len(shared), len(by_start))


def difference(best: str, other: str, values: Array, effective: float) -> Difference:
    """``values (window,)``: log score of ``best`` less that of ``other``."""
    mean = float(values.mean())
    if effective <= 1.0:
        return Difference(best=best, other=other, mean=mean, se=None, limit=None, told_apart=False)
    se, _ = worse_than(values, effective)
    limit = max(LEAST_LIMIT, float(stdtrit(effective - 1.0, 0.975)))
    return Difference(
        best=best, other=other, mean=mean, se=se, limit=limit, told_apart=abs(mean) > limit * se
    )


def _untold(names: tuple[str, ...], sentence: str) -> Comparison:
    equal = 1.0 / len(names)
    return Comparison(
        windows=0,
        window_weeks=None,
        effective=0.0,
        judged=False,
        best=None,
        told_apart=False,
        alike=names[1:],
        differences=(),
        weights=tuple(
            Weight(name=name, weight=equal, stacking=None, log_score=None) for name in names
        ),
        sentence=sentence,
    )


def _sentence(
    best: str, alike: tuple[str, ...], windows: int, weeks: int, effective: float, *, judged: bool
) -> str:
    over = f"{windows} windows of {weeks} weeks"
    if not judged:
        return (
            f"These data cannot tell the models apart: {over} overlap and are worth "
            f"{effective:.1f} independent ones, too few to judge by."
        )
    if not alike:
        return f"Over {over}, {best} forecasts better than every other, beyond chance."
    return (
        f"These data cannot tell {best} from {' or '.join(alike)}: over {over} the difference of "
        "their scores is within its uncertainty."
    )
