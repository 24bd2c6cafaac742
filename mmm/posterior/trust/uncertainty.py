"""Where the uncertainty of a forecast and of a plan comes from."""

from mmm.interval import Answer, Interval


class VarianceParts(Answer):
    """A variance, split by the law of total variance; the parts add up to ``total``.

    ``noise``: what no week can foretell, given everything else. ``states``: shocks, demand and
    mediators of weeks to come. ``parameters``: what more data of the same kind would take away.
    ``structure``: between models; zero for a single one.
    """

    total: float
    noise: float
    states: float
    parameters: float
    structure: float

    def shares(self) -> dict[str, float]:
        """Every part as a share of the total; zeros where there is no variance."""
        names = ("noise", "states", "parameters", "structure")
        whole = self.total
        return {name: getattr(self, name) / whole if whole > 0.0 else 0.0 for name in names}


class SplitQuantity(Answer):
    """A quantity with its interval and the parts of its variance, in ``unit`` squared."""

    label: str
    unit: str
    interval: Interval
    variance: VarianceParts
    sentence: str


class UncertaintySources(Answer):
    """The total of the weeks to come with today's money, and the gain of a plan over today's.

    ``gain``: null where nothing can be planned. ``models``: how many were mixed.
    """

    horizon_weeks: int
    models: int
    forecast: SplitQuantity
    gain: SplitQuantity | None
    sentences: tuple[str, ...]
