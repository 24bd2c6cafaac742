"""What lies between media and sales: brand search, visits, leads, installs, awareness.

A column that is named so becomes a mediator where its values agree: beyond trend and season it
moves with media that come no later, and it does not come later than sales. The channels that it
moves with are its parents. Otherwise it is left out, with the reason and a question: held fixed as
a control it would hide what media do through it.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from mmm.draft.columns import Series
from mmm.draft.names import as_name, has, word_for
from mmm.draft.names_apart import free_name, names_taken
from mmm.draft.sketch import Sketch
from mmm.types import Array

LEAST_NUMBERS = 20
"""Weeks with a number; fewer say nothing about what moves with them."""
CHANCE = 3.0
"""Standard errors of a correlation."""
CARRIED = 0.5
"""Share of a week's exposure that still acts in the next, for the comparison with media."""
MOST_LAG = 4
"""Weeks by which a consequence of sales may come after them."""
YEAR = 365.2425 / 7.0
"""Weeks."""


def draft_mediators(sketch: Sketch) -> None:
    """Mediators among the columns that are named so; every one gets its role and a question."""
    named = sketch.named("kpi")
    if not named:
        for name in sketch.named("mediator"):
            sketch.take_back(
                name, "like what lies between media and sales, of which none are named"
            )
        return
    kpi = sketch.table.numbers[named[0]]
    early = [] if has(kpi.name, "early_kpi") else sketch.named("kpi_candidate")
    between = [name for name in early if has(name, "early_kpi") and not has(name, "money_kpi")]
    taken = names_taken(sketch.model)
    mediators: list[dict[str, object]] = []
    for name in sketch.table.names:
        if name in between or sketch.roles[name].role == "mediator":
            series = sketch.table.numbers[name]
            if (found := _mediator(sketch, series, kpi)) is not None:
                found["name"] = free_name(as_name(name), taken)
                at = f"/mediators/{len(mediators)}"
                question = f"do media move {name!r} on its way to sales, or does it drive both?"
                options = ("mediator", "demand", "not used")
                sketch.ask(at, question, options, "mediator")
                mediators.append(found)
    if mediators:
        sketch.model["mediators"] = mediators


def _mediator(sketch: Sketch, series: Series, kpi: Series) -> dict[str, object] | None:
    """The mediator with its parents, or None with the role that the column has instead."""
    name, word = series.name, word_for(series.name, "result") or word_for(series.name, "early_kpi")
    named = f"named {word!r}, like what lies between media and sales"
    weeks = int(np.isfinite(series.by_week).sum())
    if series.has_negative or series.is_binary or weeks < LEAST_NUMBERS:
        few = "negative values" if series.has_negative else f"{weeks} weeks with a number"
        few = "two values only" if series.is_binary else few
        _left_out(sketch, series, f"{named}, but it has {few}")
        return None
    if series.empty and series.steps is None and not series.begins_late:
        _left_out(sketch, series, f"{named}, but {series.empty} of its cells are empty")
        return None
    later = _later_than(series, kpi)
    if later is not None:
        lag, correlation = later
        reason = f"named {word!r}, but it follows {kpi.name!r} by {lag} week{'s' * (lag > 1)} "
        reason += f"(correlation {correlation:.2f}): what sales cause is no cause of them"
        sketch.give(name, "follows_sales", reason)
        return None
    moves = _moves_with(sketch, series)
    needed = _by_chance(weeks)
    parents = {channel: moved for channel, moved in moves.items() if moved > needed}
    if not parents:
        most = max(moves.items(), key=lambda item: item[1], default=None)
        near = f"; nearest is {most[0]!r}, {most[1]:.2f}" if most else ""
        what = f"{named}, but beyond trend and season no channel moves with it more than by chance"
        _left_out(sketch, series, f"{what} (correlation {needed:.2f}{near})")
        return None
    listed = ", ".join(f"{channel!r} {moved:.2f}" for channel, moved in parents.items())
    reason = f"{named}; beyond trend and season it moves with {listed} (correlation): a mediator"
    if series.empty:
        reason += f", known in {weeks} of {len(series.by_week)} weeks"
    sketch.give(name, "mediator", reason)
    return {"name": name, "column": name, "parents": [*parents]}


def _left_out(sketch: Sketch, series: Series, reason: str) -> None:
    sketch.give(series.name, "not_used", f"{reason}; left out, since no control of media's results")
    question = f"do media move {series.name!r} on its way to sales? then it is a mediator"
    sketch.ask("/mediators", question, ("mediator", "not used"), "not used")


def _moves_with(sketch: Sketch, series: Series) -> Mapping[str, float]:
    """Channel with a cost -> its correlation with the column, beyond trend and season.

    Paid search is left out where the column counts searches: people click on what they looked for.
    """
    channels = sketch.model["channels"]
    assert isinstance(channels, list)
    is_search = has(series.name, "searches")
    moves = {}
    for each in channels:
        entry = {"column": each} if isinstance(each, str) else each
        column = str(entry["column"])
        paid = sketch.table.numbers.get(column)
        if paid is None or "cost" in entry or (is_search and has(column, "search_ads")):
            continue
        moves[str(entry.get("name", column))] = _correlation(
            _carried_over(np.nan_to_num(paid.by_week)), series.by_week
        )
    return moves


def _later_than(series: Series, kpi: Series) -> tuple[int, float] | None:
    """By how many weeks the column follows sales, and their correlation then; None where the same
    week or an earlier one tells as much."""
    by_lag = {
        lag: _correlation(kpi.by_week, _shifted(series.by_week, lag))
        for lag in range(-MOST_LAG, MOST_LAG + 1)
    }
    lag = max(by_lag, key=lambda each: by_lag[each])
    chance = _by_chance(int(np.isfinite(series.by_week).sum()))
    before = max(correlation for each, correlation in by_lag.items() if each <= 0)
    clear = by_lag[lag] > chance and by_lag[lag] - max(before, 0.0) > chance
    return (lag, by_lag[lag]) if lag > 0 and clear else None


def _by_chance(weeks: int) -> float:
    """The correlation over ``weeks`` that chance hardly reaches."""
    return float(CHANCE / np.sqrt(max(weeks - _columns(weeks) - 1, 1)))


def _shifted(values: Array, lag: int) -> Array:
    """``values`` of ``lag`` weeks later in each week; NaN where there are none."""
    moved = np.full(len(values), np.nan)
    if lag >= 0:
        moved[: len(values) - lag] = values[lag:]
    else:
        moved[-lag:] = values[:lag]
    return moved


def _carried_over(spend: Array) -> Array:
    """(week,) spend that acts in each week."""
    carried = np.zeros(len(spend))
    for week, amount in enumerate(spend):
        carried[week] = amount + (CARRIED * carried[week - 1] if week else 0.0)
    return carried


def _columns(weeks: int) -> int:
    """Columns of the trend and season that ``weeks`` afford."""
    return 6 if weeks >= 52 else 2


def _correlation(one: Array, two: Array) -> float:
    """Correlation of two weekly series beyond trend and season, over the weeks that both have."""
    both = np.isfinite(one) & np.isfinite(two)
    weeks = np.flatnonzero(both).astype(np.float64)
    if len(weeks) < 8:
        return 0.0
    angle = 2.0 * np.pi * weeks / YEAR
    season = [f(k * angle) for k in (1, 2) for f in (np.sin, np.cos)]
    basis = np.stack([np.ones(len(weeks)), weeks, *season][: _columns(len(weeks))], axis=1)
    residuals = _residuals(basis, (one[both], two[both]))
    sizes = [float(np.linalg.norm(each)) for each in residuals]
    if min(sizes) <= 1e-9 * max(float(np.abs(one[both]).max()), float(np.abs(two[both]).max())):
        return 0.0
    return float(residuals[0] @ residuals[1] / (sizes[0] * sizes[1]))


def _residuals(basis: Array, series: Sequence[Array]) -> list[Array]:
    return [each - basis @ np.linalg.lstsq(basis, each)[0] for each in series]
