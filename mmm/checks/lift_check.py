"""A measured lift beside the model's estimate of it, as JSON."""

from mmm.interval import Answer, Interval


class LiftCheck(Answer):
    """One test: ``lift``, ``se`` and ``predicted`` in KPI units; ``sd`` includes transport."""

    name: str
    channel: str
    path: tuple[str, ...]
    lift: float
    se: float
    sd: float
    predicted: Interval
    z: float
