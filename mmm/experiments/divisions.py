"""Ways to divide geos into treated ones and others, and a cheap look at how well they compare.

    pairs      geos of like size whose sales move together are paired, one of each pair is treated
    strata     one of every few geos, in the order of their size, is treated
    single     one geo is treated

The many ways are first compared by how much the share of the treated sales wanders: the s.d. of
the change of log (treated / others) from the year before to a window, over the windows of the older
part of the history. Only the few that do best are tried as they would be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mmm.experiments.history import History
from mmm.types import Array, Mask

type Kind = Literal["pairs", "strata", "single"]
SHARES = (0.1, 0.2, 0.35, 0.5)
EACH = 25
OLDER = 2.0 / 3.0
"""The part of the history that divisions are chosen by; the rest is new to them."""
NEIGHBOURS = 4
YEAR_OF_DAYS = 364


@dataclass(frozen=True)
class Division:
    """Who is treated, and in pairs which geo each is compared with."""

    kind: Kind
    treated: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...] = ()


def divisions(history: History, allowed: Sequence[str], seed: int = 0) -> list[Division]:
    """Ways to treat some of the ``allowed`` geos, each once; at least one other geo remains."""
    rng = np.random.default_rng(seed)
    sales = dict(zip(history.geos, history.kpi.sum(axis=0).tolist(), strict=True))
    order = sorted(allowed, key=lambda geo: -sales[geo])
    found = [Division("single", (geo,)) for geo in order]
    pairs = _pairs(history, order)
    for share in SHARES:
        for _ in range(EACH):
            found.append(_from_pairs(pairs, share, sales, rng))
            found.append(_from_strata(order, share, rng))
    different = {each.treated: each for each in found if each.treated}
    return [each for each in different.values() if len(each.treated) < len(history.geos)]


def most_comparable(
    history: History, ways: Sequence[Division], window: int, most: int
) -> list[Division]:
    """At most so many ways, for every kind and size those whose sales compare best."""
    older = history.kpi[: max(int(OLDER * len(history.kpi)), 2 * window)]
    treated = treated_geos(history, ways)
    wander = _wander(older, treated, window, YEAR_OF_DAYS // history.days)
    share = treated @ history.kpi.sum(axis=0) / history.kpi.sum()
    groups: dict[tuple[Kind, int], list[int]] = {}
    # The s.d. of a treated part's sales grows with its share less than the effect does: parts are
    # compared with others of about their size only.
    for k, way in enumerate(ways):
        size = int(np.argmin(np.abs(np.log(np.array(SHARES) / share[k]))))
        groups.setdefault((way.kind, size), []).append(k)
    ranked = [sorted(group, key=lambda k: wander[k]) for group in groups.values()]
    turns = [k for turn in range(most) for group in ranked for k in group[turn : turn + 1]]
    return [ways[k] for k in turns[:most]]


def treated_geos(history: History, ways: Sequence[Division]) -> Mask:
    """(way, geo)"""
    return np.array([[geo in way.treated for geo in history.geos] for way in ways])


def _wander(kpi: Array, treated: Mask, window: int, year: int) -> Array:
    """(way,) s.d. of the change of the log share of the treated from before to a window."""
    tiny = 1e-9 * kpi.sum() / kpi.size
    log_odds = np.log(kpi @ treated.T + tiny) - np.log(kpi @ ~treated.T + tiny)
    total = np.concatenate([np.zeros((1, len(treated))), np.cumsum(log_odds, axis=0)])
    before = max(min(year, (len(kpi) - window) // 2), 1)
    starts = np.arange(before, len(kpi) - window + 1)
    during = (total[starts + window] - total[starts]) / window
    past = (total[starts] - total[starts - before]) / before
    return np.asarray(np.sqrt(np.square(during - past).mean(axis=0)))


def _pairs(history: History, order: Sequence[str]) -> list[tuple[str, str]]:
    """Each geo with the one of its neighbours in size whose sales move most like its own."""
    kpi = dict(zip(history.geos, history.kpi.T, strict=True))
    left, pairs = list(order), []
    while len(left) > 1:
        geo, near = left[0], left[1 : 1 + NEIGHBOURS]
        partner = max(near, key=lambda other: _moves_like(kpi[geo], kpi[other]))
        pairs.append((geo, partner))
        left = [each for each in left if each not in (geo, partner)]
    return pairs


def _moves_like(first: Array, second: Array) -> float:
    changes = np.diff(first), np.diff(second)
    norm = float(np.sqrt(np.square(changes[0]).sum() * np.square(changes[1]).sum()))
    return float(changes[0] @ changes[1]) / norm if norm > 0.0 else -1.0


def _from_pairs(
    pairs: Sequence[tuple[str, str]],
    share: float,
    sales: dict[str, float],
    rng: np.random.Generator,
) -> Division:
    """Pairs in random order, one of each at random, until the treated have about ``share``."""
    goal, total = share * sum(sales.values()), 0.0
    treated: list[str] = []
    chosen: list[tuple[str, str]] = []
    for k in rng.permutation(len(pairs)):
        one, other = pairs[k] if rng.random() < 0.5 else pairs[k][::-1]
        if treated and total + 0.5 * sales[one] > goal:
            break
        treated.append(one)
        chosen.append((one, other))
        total += sales[one]
    return Division("pairs", tuple(sorted(treated)), tuple(sorted(chosen)))


def _from_strata(order: Sequence[str], share: float, rng: np.random.Generator) -> Division:
    """One at random of every 1 / ``share`` geos in order of size."""
    step = round(1.0 / share)
    blocks = [list(order[low : low + step]) for low in range(0, len(order), step)]
    chosen = sorted(block[int(rng.integers(len(block)))] for block in blocks)
    return Division("strata", tuple(chosen))
