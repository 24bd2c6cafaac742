"""A preview of the backtest from one fit, as it is stored."""

from datetime import date

from mmm.interval import Answer


class PreviewedOrigin(Answer):
    """One origin: the joint log score of its first weeks by weighted draws of the whole fit.

    ``pareto_k``: above 0.7 the weights, and with them the score, are not reliable; null where it
    cannot be computed.
    """

    start: date
    weeks: int
    log_score: float
    pareto_k: float | None
    usable: bool


class Preview(Answer):
    """Leave-future-out by Pareto smoothed importance sampling: seconds, and rough.

    ``usable``: how many of the origins have reliable weights.
    """

    origins: tuple[PreviewedOrigin, ...]
    usable: int
    sentences: tuple[str, ...]
