"""The columns that say which row it is: date, geo, product; and the size of each geo."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from mmm.draft.columns import Series, Table
from mmm.draft.names import has, word_for
from mmm.draft.sketch import Sketch

NAME_THE_DATE = "NAME_THE_DATE_COLUMN"


def draft_keys(sketch: Sketch, date: str | None = None) -> None:
    """Date, then geo and product where rows repeat a date, then population and parts of dates.

    ``date``: the column of dates, where the reading of the file has decided it.
    """
    for name in sketch.table.empty:
        sketch.give(name, "not_used", "every cell is empty")
    _date(sketch, date)
    if sketch.model["date"] != NAME_THE_DATE:
        _places(sketch)
    for series in [*sketch.open_numbers]:
        _part_of_date(sketch, series)


def _date(sketch: Sketch, decided: str | None) -> None:
    table = sketch.table
    if not table.dates:
        sketch.model["date"] = NAME_THE_DATE
        sketch.ask("/date", "no column holds dates; which one is the week?", (), None)
        return
    best = max(
        table.dates,
        key=lambda name: (name == decided, has(name, "date"), len(set(table.dates[name]))),
    )
    sketch.model["date"] = best
    days = table.dates[best]
    sketch.table = table.with_weeks(days)
    sketch.give(
        best, "date", f"dates from {min(days)} to {max(days)}, {len(set(days))} different ones"
    )
    for name in table.dates:
        if name != best:
            sketch.give(name, "not_used", f"dates too; the weeks are those of {best!r}")


def _places(sketch: Sketch) -> None:
    """Geo and product: what tells the rows of one week apart."""
    table, date = sketch.table, str(sketch.model["date"])
    weeks = table.dates[date]
    if len(set(weeks)) == len(weeks):
        return
    labels = _labels(table)
    keys = {name: _tells_apart(weeks, [cells]) for name, cells in labels.items()}
    single = [name for name, unique in keys.items() if unique]
    if single:
        geo = max(single, key=lambda name: (has(name, "geo"), -table.names.index(name)))
        product = has(geo, "product") and not has(geo, "geo")
        key = "product" if product else "geo"
        _give_key(sketch, key, geo, labels[geo])
        if not product:
            _population(sketch, labels[geo])
        return
    pair = _pair(weeks, labels)
    if pair is None:
        sketch.warnings.append(
            f"{len(weeks) - len(set(weeks))} rows repeat a date and no column tells them apart: "
            "a long table has to be reshaped first"
        )
        return
    geo, product_column = pair
    _give_key(sketch, "geo", geo, labels[geo])
    _give_key(sketch, "product", product_column, labels[product_column])


def _labels(table: Table) -> dict[str, tuple[str, ...]]:
    """Text columns, and whole numbers that are named like a place or a product."""
    labels = {name: cells for name, cells in table.texts.items() if all(cells)}
    for name, series in table.numbers.items():
        if not series.empty and series.is_whole and has(name, "geo", "product"):
            labels[name] = tuple(str(cell) for cell in table.frame[name].tolist())
    return labels


def _tells_apart(weeks: Sequence[object], labels: Sequence[Sequence[str]]) -> bool:
    rows = list(zip(weeks, *labels, strict=True))
    return len(set(rows)) == len(rows) and all(len(set(each)) > 1 for each in labels)


def _pair(weeks: Sequence[object], labels: dict[str, tuple[str, ...]]) -> tuple[str, str] | None:
    for geo in labels:
        for product in labels:
            named = has(product, "product") and not has(geo, "product")
            if geo != product and named and _tells_apart(weeks, [labels[geo], labels[product]]):
                return geo, product
    return None


def _give_key(sketch: Sketch, key: str, name: str, cells: Sequence[str]) -> None:
    sketch.model[key] = name
    word = word_for(name, key)
    named = f"named {word!r}, and " if word else ""
    reason = f"{named}its {len(set(cells))} labels tell the rows of a week apart"
    sketch.give(name, "product" if key == "product" else "geo", reason)


def _population(sketch: Sketch, geos: Sequence[str]) -> None:
    """A number that each geo has once and for all, and that is named like people."""
    places = np.unique(np.array(geos), return_inverse=True)[1]
    for series in [*sketch.open_numbers]:
        word = word_for(series.name, "population")
        if word is None or series.empty or (series.values <= 0.0).any():
            continue
        same = all(np.ptp(series.values[places == place]) == 0.0 for place in np.unique(places))
        if same and "population" not in sketch.model:
            sketch.model["population"] = series.name
            sketch.give(series.name, "population", f"named {word!r}, one number for each geo")
        elif not same:
            reason = f"named {word!r}, but it changes over the weeks of a geo"
            sketch.give(series.name, "not_used", reason)


def _part_of_date(sketch: Sketch, series: Series) -> None:
    """Years, months and week numbers: trend and season of the model have them."""
    steps = np.diff(series.by_week)
    counts = len(steps) > 3 and bool(np.all(steps == steps[0])) and steps[0] != 0.0
    if counts and series.is_whole and not series.empty:
        reason = f"counts the weeks in steps of {steps[0]:g}: the model has a trend of its own"
        sketch.give(series.name, "not_used", reason)
    elif has(series.name, "season") and not has(series.name, "channel", "kpi", "money_kpi"):
        word = word_for(series.name, "season")
        reason = f"named {word!r}: the model has a season and a trend of its own"
        sketch.give(series.name, "not_used", reason)
    elif has(series.name, "calendar") and _is_calendar(series):
        reason = "a part of the date: the model has a season and a trend of its own"
        sketch.give(series.name, "not_used", reason)


def _is_calendar(series: Series) -> bool:
    """Small whole numbers or years that mostly repeat or step by one from week to week."""
    known = series.known
    small = known.max() <= 54 or (known.min() >= 1900 and known.max() <= 2200)
    if not (series.is_whole and small and known.min() >= 1):
        return False
    steps = Counter(np.diff(series.by_week).tolist())
    return (steps[0.0] + steps[1.0]) >= 0.75 * max(sum(steps.values()), 1)
