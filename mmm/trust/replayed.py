"""Posterior predictive checks: statistics of replayed histories beside the observed one.

    p below = P(T(replayed) <= T(observed))       p above = P(T(replayed) >= T(observed))

for every statistic T of the weekly totals over geos. Where T is of what is left of sales after what
a draw expects, it depends on the draw too, and the observed history is compared with the replayed
one draw by draw (Gelman, Meng and Stern, 1996, Posterior predictive assessment). A history is
replayed for each of some draws: its parameters and latent states, and fresh noise
(``mmm.simulate.replicas``); spend, prices and events stay. Statistics were chosen for what a plan
rests on and the likelihood does not fit week by week: how sales differ between weeks with and
without each channel (between its heaviest and its lightest third where it was always on), weeks of
events, the weeks of lowest price, the best and the weakest week, the largest fall from one week to
the next, and of what is left of sales its memory (lag-1 correlation) and its spread.

The model was fitted to the history that it is compared with, so these p-values are too seldom small
(Bayarri and Berger, 2000; Gelman, 2013, Two simple examples): fewer than one in twenty fall below
0.05 where the model is right. A rare one is a reason to look, not a test of stated size, and lowers
no verdict. Which of them were rare is told by how many of 100 replayed histories were as far off.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import Options
from mmm.posterior.trust.replayed import Rarity, Replayed, ReplayedStatistic, Statistic
from mmm.simulate.replicas import replicas
from mmm.trust.part import Cost, Part, Work
from mmm.types import Array

REPLAYS = 400
SHOWN = 8
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
LEAST_WEEKS = 4
"""Weeks on either side that a difference of means needs."""

RARE, HARDLY_EVER = 0.05, 0.005
"""Of either tail."""

LOWEST = 0.1
"""Share of the weeks, those of lowest price, that count as promotion."""

type Weeks = NDArray[np.bool_]


@dataclass(frozen=True)
class _Compared:
    """Means of sales in some weeks less those in others."""

    statistic: Statistic
    name: str
    label: str
    these: Weeks
    others: Weeks

    def of(self, series: Array) -> Array:
        """``series (..., week)``"""
        return np.asarray(series[..., self.these].mean(-1) - series[..., self.others].mean(-1))


class ReplayedOptions(Options):
    """How many histories are replayed."""

    replays: int = Field(default=REPLAYS, ge=100, le=4000)
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


def replayed(model: FittedModel, options: ReplayedOptions | None = None) -> Replayed:
    """The statistics of ``model`` beside those of its replayed histories."""
    options = options or ReplayedOptions()
    thin = model.thinned(options.replays)
    made = replicas(thin, options.seed)
    order = np.random.default_rng(options.seed).permutation(len(made.kpi))  # no chain comes first
    series, expected = made.kpi.sum(-1)[order], made.expected.sum(-1)[order]
    seen = model.panel.array("kpi").sum(-1)
    rows = tuple(_rows(model, seen, series, expected))
    return Replayed(
        replays=len(series),
        unit=model.kpi_unit,
        rows=rows,
        weeks=model.panel.weeks,
        observed=tuple(map(float, seen)),
        shown=tuple(
            tuple(map(float, one)) for one in series[:: max(len(series) // SHOWN, 1)][:SHOWN]
        ),
        sentences=tuple(_sentences(rows)),
    )


def _rows(
    model: FittedModel, seen: Array, series: Array, expected: Array
) -> Iterator[ReplayedStatistic]:
    for each in comparisons(model):
        yield _row(each.statistic, each.name, each.label, each.of(seen), each.of(series))
    yield _row("peak", None, "the best week", seen.max(keepdims=True), series.max(-1))
    yield _row("trough", None, "the weakest week", seen.min(keepdims=True), series.min(-1))
    yield _row("fall", None, "the largest fall to the next week", _fall(seen), _fall(series))
    rest, left = seen - expected, series - expected
    label = "ups and downs around what is expected"
    yield _row("spread", None, label, rest.std(-1), left.std(-1))
    yield _row("memory", None, "how long a surprise lasts", _memory(rest), _memory(left))


def comparisons(model: FittedModel) -> Iterator[_Compared]:
    """The comparisons of weeks that the data have enough of."""
    spend, channels = model.panel.array("spend").sum(1), model.structure.channels
    for i, name in enumerate(channels):
        on = spend[:, i] > 0.0
        if _enough(on, ~on):
            label = f"weeks with {name} against weeks without"
            yield _Compared("with_and_without", name, label, on, ~on)
        elif spend[:, i].std() > 0.0:
            low, high = np.quantile(spend[:, i], (1.0 / 3.0, 2.0 / 3.0))
            heavy, light = spend[:, i] >= high, spend[:, i] <= low
            if _enough(heavy, light) and low < high:
                label = f"weeks with much {name} against weeks with little"
                yield _Compared("heavy_and_light", name, label, heavy, light)
    events = model.panel.array("events")
    for i, name in enumerate(model.structure.events):
        during = (events[..., i] != 0.0).any(1)
        if during.any() and _enough(~during):
            yield _Compared("event", name, f"weeks of {name} against the others", during, ~during)
    if model.structure.has_price:
        price = model.panel.array("price").mean(1)
        cheap = price <= np.quantile(price, LOWEST)
        if _enough(cheap, ~cheap) and price.std() > 0.0:
            label = "weeks of lowest price against the others"
            yield _Compared("promotion", "price", label, cheap, ~cheap)


def _enough(*weeks: Weeks) -> bool:
    return all(int(each.sum()) >= LEAST_WEEKS for each in weeks)


def _fall(series: Array) -> Array:
    """(...,) largest fall of ``series (..., week)`` from one week to the next."""
    return np.asarray((series[..., :-1] - series[..., 1:]).max(-1))


def _memory(rest: Array) -> Array:
    """(...,) lag-1 correlation of ``rest (..., week)``."""
    centred = rest - rest.mean(-1, keepdims=True)
    size = (centred**2).sum(-1)
    along = (centred[..., 1:] * centred[..., :-1]).sum(-1)
    return np.asarray(along / np.where(size > 0.0, size, 1.0))


def _row(
    statistic: Statistic, name: str | None, label: str, seen: Array, series: Array
) -> ReplayedStatistic:
    """``seen (1,)`` or (draw,) beside ``series (draw,)``."""
    below, above = float(np.mean(series <= seen)), float(np.mean(series >= seen))
    rarity = rarity_of(below, above)
    return ReplayedStatistic(
        statistic=statistic,
        name=name,
        label=label,
        unit="correlation" if statistic == "memory" else "kpi",
        observed=float(np.mean(seen)),
        quantiles=tuple(map(float, np.quantile(series, QUANTILES))),
        below=below,
        above=above,
        rarity=rarity,
        detail=_sentence(label, rarity, below, above),
    )


def rarity_of(below: float, above: float) -> Rarity:
    """In words, how far out in either tail something lies."""
    tail = min(below, above)
    return "usual" if tail >= RARE else "rare" if tail >= HARDLY_EVER else "hardly_ever"


def _sentence(label: str, rarity: Rarity, below: float, above: float) -> str:
    what = label[0].upper() + label[1:]
    if rarity == "usual":
        return f"{what}: as the model would have it."
    way, tail = ("more", above) if above < below else ("less", below)
    count = "hardly one" if tail < HARDLY_EVER else f"{max(round(100 * tail), 1)}"
    return (
        f"{what}: {way} than the model would have it; {count} of 100 replayed histories were as "
        "far off."
    )


def _sentences(rows: tuple[ReplayedStatistic, ...]) -> Iterator[str]:
    odd = [row for row in rows if row.rarity != "usual"]
    if not odd:
        yield (
            f"All {len(rows)} things looked at are as in histories that the model would have "
            "produced itself."
        )
    for row in sorted(odd, key=lambda row: min(row.below, row.above)):
        yield row.detail


def _run(work: Work, options: ReplayedOptions) -> Replayed:
    return replayed(work.model, options)


PART = Part("replayed", ReplayedOptions, lambda _model, _options: Cost(fits=0), _run)
