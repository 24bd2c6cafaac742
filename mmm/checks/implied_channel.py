"""What the priors alone imply of a channel, as JSON."""

from mmm.interval import Answer, Interval


class ImpliedChannel(Answer):
    """A channel before the data: ``share`` of the observed KPI; ``roi``, null where the KPI has no
    value or the channel no cost; ``stated``: whether the specification has a prior of its own for
    the effect."""

    name: str
    stated: bool
    share: Interval
    roi: Interval | None
