"""The answers of a model as the series and rows that charts show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mmm.attribution.answers import ChannelCurve, ContributionReport, ObservedWeeks

WITHOUT_MEDIA = "Without media"
NAMES = {
    "baseline": "Base and season",
    "control": "Other measured causes",
    "price": "Own price",
    "rival_price": "Rivals' prices",
    "rival_spend": "Rivals' media",
    "interaction": "Together",
}
NEGLIGIBLE = 5e-4
"""Share of the whole below which a part has no step of its own."""
BINS = 20


@dataclass(frozen=True)
class Areas:
    """What is not media together, then each channel: ``values[part][week]``, means."""

    weeks: tuple[date, ...]
    names: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]

    @property
    def media(self) -> list[float]:
        """What all channels added, by week."""
        return [sum(week) for week in zip(*self.values[1:], strict=True)]

    def edges(self) -> list[list[float]]:
        """The sums from the bottom up: each area's upper edge."""
        found: list[list[float]] = []
        for row in self.values:
            below = found[-1] if found else [0.0] * len(row)
            found.append([a + b for a, b in zip(below, row, strict=True)])
        return found


def areas(weekly: ContributionReport) -> Areas:
    """The decomposition by week."""
    channels = [channel.name for channel in weekly.channels]
    weeks = sorted({row.week for row in weekly.components if row.week is not None})
    at = {week: position for position, week in enumerate(weeks)}
    series = {name: position + 1 for position, name in enumerate(channels)}
    values = [[0.0] * len(weeks) for _ in range(len(channels) + 1)]
    for row in weekly.components:
        if row.week is not None:
            part = series[row.name] if row.kind == "channel" else 0
            values[part][at[row.week]] += row.contribution.mean
    names = (WITHOUT_MEDIA, *channels)
    return Areas(tuple(weeks), names, tuple(tuple(row) for row in values))


@dataclass(frozen=True)
class Step:
    """One step of a waterfall, from one level to another; ``kind`` as the component's."""

    name: str
    kind: str
    start: float
    size: float


def waterfall(total: ContributionReport) -> list[Step]:
    """Base first, then causes that are no media, then channels, the largest first."""
    sums: dict[tuple[str, str], float] = {}
    for row in total.components:
        name = row.name if row.kind == "channel" else NAMES.get(row.kind, row.name)
        sums[row.kind, name] = sums.get((row.kind, name), 0.0) + row.contribution.mean
    whole = sum(sums.values())
    rank = {"baseline": 0, "channel": 2}
    kept = [(*key, size) for key, size in sums.items() if abs(size) > NEGLIGIBLE * abs(whole)]
    kept.sort(key=lambda each: (rank.get(each[0], 1), -abs(each[2])))
    steps, level = [], 0.0
    for kind, name, size in kept:
        steps.append(Step(name, kind, level, size))
        level += size
    return steps


def media_share(total: ContributionReport) -> float:
    """The share of the whole that media made."""
    media = sum(row.contribution.mean for row in total.components if row.kind == "channel")
    return media / (sum(row.contribution.mean for row in total.components) or 1.0)


def inside(weeks: ObservedWeeks) -> float:
    """The share of the observed weeks that lie inside their range."""
    known = [(week.kpi, week.predicted) for week in weeks.weeks if week.kpi is not None]
    within = sum(expected.p5 <= kpi <= expected.p95 for kpi, expected in known)
    return within / max(1, len(known))


def histogram(spends: Sequence[float], most: float) -> list[int]:
    """Counts of weeks by spend, in ``BINS`` equal steps up to ``most``; weeks of none left out."""
    counts = [0] * BINS
    for spend in spends:
        if spend > 0.0 and most > 0.0:
            counts[min(BINS - 1, int(BINS * spend / most))] += 1
    return counts


def slope_at(curve: ChannelCurve, spend: float) -> float:
    """What the next unit brings at ``spend`` a week, between the points of the curve."""
    points = curve.points
    right = next((at for at, point in enumerate(points) if point.spend >= spend), len(points) - 1)
    if right == 0:
        return points[0].marginal.mean
    a, b = points[right - 1], points[right]
    share = min(1.0, (spend - a.spend) / ((b.spend - a.spend) or 1.0))
    return a.marginal.mean + share * (b.marginal.mean - a.marginal.mean)
