"""Own price, and rivals: their prices, their spend, and what of theirs is neither."""

from collections.abc import Mapping

from mmm.draft.columns import Series
from mmm.draft.names import as_name, has, without, word_for
from mmm.draft.sketch import Sketch

ONE_PRICE = 0.5
"""Correlation of two own prices, which move with each other."""


def draft_market(sketch: Sketch) -> None:
    """Rivals first: their prices are named like prices too."""
    _rivals(sketch)
    _own_price(sketch)
    _unit_cost(sketch)


def _rivals(sketch: Sketch) -> None:
    kpi = _kpi(sketch)
    rivals: dict[str, dict[str, object]] = {}
    for series in [*sketch.open_numbers]:
        name = series.name
        if not has(name, "rival"):
            continue
        who = _rival(name, rivals)
        found = rivals.get(who, {"name": who})
        if has(name, "price"):
            kept = _rival_price(sketch, series, found)
        elif has(name, "spend", "channel") and not has(name, "exposure", "rate"):
            kept = _rival_spend(sketch, series, found, kpi)
        else:
            kept = False
            _rival_control(sketch, series, kpi, "neither a price nor spend")
        if kept:
            rivals[who] = found
    if rivals:
        sketch.model["competitors"] = list(rivals.values())


def _rival(name: str, rivals: Mapping[str, Mapping[str, object]]) -> str:
    """The rival that a column is about; with its medium where that rival has a spend already."""
    of_medium = as_name("_".join(without(name, "price", "paid_price", "spend"))) or "rival"
    whole = as_name("_".join(without(name, "price", "paid_price", "spend", "channel"))) or "rival"
    is_second = "spend" in rivals.get(whole, {}) and not has(name, "price")
    return of_medium if is_second else whole


def _rival_price(sketch: Sketch, series: Series, found: dict[str, object]) -> bool:
    who = found["name"]
    if series.known.min() <= 0.0:
        reason = f"named like the price of {who!r}, but {series.known.min():g} is no price"
        sketch.give(series.name, "not_used", reason)
        return False
    if "price" in found:
        reason = f"another price of {who!r}; the draft has {found['price']!r}"
        sketch.give(series.name, "not_used", reason)
        return False
    if not _is_filled(sketch, series):
        return False
    found["price"] = series.name
    _begin(sketch, series, found)
    reason = f"named {word_for(series.name, 'rival')!r} and {word_for(series.name, 'price')!r}"
    sketch.give(
        series.name,
        "rival_price",
        f"{reason}: {series.known.min():g} to {series.known.max():g}, the price of {who!r}",
    )
    return True


def _rival_spend(
    sketch: Sketch, series: Series, found: dict[str, object], kpi: Series | None
) -> bool:
    if series.has_negative:
        what = f"no spend, since {int((series.known < 0).sum())} values are negative"
        _rival_control(sketch, series, kpi, what)
        return False
    if kpi is not None and series.moves_with(kpi):
        what = "a rival's spend can only lower our sales, and this one moves with them"
        _rival_control(sketch, series, kpi, what)
        return False
    if "spend" in found:
        reason = f"another spend of {found['name']!r}; the draft has {found['spend']!r}"
        sketch.give(series.name, "not_used", f"{reason}: add them up to use both")
        return False
    if not _is_filled(sketch, series):
        return False
    found["spend"] = series.name
    _begin(sketch, series, found)
    moves = f", correlation with our sales {series.correlation(kpi):.2f}" if kpi else ""
    word = word_for(series.name, "spend") or word_for(series.name, "channel")
    reason = f"named {word_for(series.name, 'rival')!r} and {word!r}, never negative{moves}"
    sketch.give(series.name, "rival_spend", reason)
    return True


def _rival_control(sketch: Sketch, series: Series, kpi: Series | None, what: str) -> None:
    if not _is_filled(sketch, series, late=False):
        return
    moves = f" (correlation with our sales {series.correlation(kpi):.2f})" if kpi else ""
    word = word_for(series.name, "rival")
    sketch.give(series.name, "control", f"named {word!r}, {what}{moves}: a control")


def _own_price(sketch: Sketch) -> None:
    prices = []
    for series in [*sketch.open_numbers]:
        word = word_for(series.name, "price")
        if word is None or has(series.name, "rate", "discount"):
            continue
        if series.known.min() <= 0.0:
            reason = f"named {word!r}, but {series.known.min():g} is no price"
            sketch.give(series.name, "not_used", reason)
        elif series.empty:
            sketch.give(series.name, "not_used", f"named {word!r}, but {_gaps(series)}")
        else:
            prices.append(series)
    if not prices:
        return
    chosen = max(prices, key=_is_own)
    sketch.model["price"] = {"column": chosen.name}
    reason = f"named {word_for(chosen.name, 'price')!r}, {_range(chosen)}"
    if len(prices) > 1:
        reason += "; the price that customers pay comes before the others"
        options = tuple(series.name for series in prices)
        sketch.ask("/price/column", "which price do customers pay?", options, chosen.name)
    sketch.give(chosen.name, "price", reason)
    for other in prices:
        if other is not chosen:
            correlation = other.correlation(chosen)
            reason = f"another price (correlation with {chosen.name!r} {correlation:.2f})"
            sketch.give(other.name, "not_used", f"{reason}; a model has one own price")
            if correlation < ONE_PRICE and _whose(other.name):
                question = f"is {other.name!r} the price of a rival?"
                sketch.ask("/competitors", question, ("yes", "no"), "no")


def _unit_cost(sketch: Sketch) -> None:
    """What a unit sold costs, by week: with the price it is what the unit is worth."""
    kpi, price = sketch.model["kpi"], sketch.model.get("price")
    if not (isinstance(kpi, dict) and isinstance(price, dict)) or kpi["kind"] != "units":
        return
    prices = sketch.table.numbers[str(price["column"])]
    for series in [*sketch.open_numbers]:
        word = word_for(series.name, "cost_of_unit")
        if word is None or has(series.name, "channel", "owned", "rival"):
            continue
        if series.empty or not bool(((series.values > 0) & (series.values < prices.values)).all()):
            continue
        if "value_per_unit" in kpi or "unit_cost" in price:
            continue
        price["unit_cost"] = series.name
        sketch.questions = [q for q in sketch.questions if q.field != "/kpi/value_per_unit"]
        reason = f"named {word!r}, {_range(series)} and below the price {prices.name!r}: a unit "
        sketch.give(series.name, "value", f"{reason}is worth its price less this")


def _is_own(series: Series) -> tuple[bool, bool, int]:
    """How much a price looks like the own one that customers pay."""
    name = series.name
    return has(name, "own"), has(name, "paid_price"), -len(_whose(name))


def _whose(name: str) -> tuple[str, ...]:
    """The words of a price besides those of prices: whose it is."""
    return without(name, "price", "paid_price", "own", "list_price")


def _kpi(sketch: Sketch) -> Series | None:
    named = sketch.named("kpi")
    return sketch.table.numbers[named[0]] if named else None


def _range(series: Series) -> str:
    return f"always above zero: {series.known.min():g} to {series.known.max():g}"


def _gaps(series: Series) -> str:
    return f"{series.empty} of its cells are empty"


def _is_filled(sketch: Sketch, series: Series, *, late: bool = True) -> bool:
    """Whether no cell is empty, or only those before a late beginning; else it is not used."""
    if not series.empty or (late and series.begins_late):
        return True
    sketch.give(series.name, "not_used", f"{_gaps(series)}: fill them in to use it")
    return False


def _begin(sketch: Sketch, series: Series, found: dict[str, object]) -> None:
    """State when a column begins that begins after the table."""
    if series.empty:
        days = sorted(set(sketch.table.dates[str(sketch.model["date"])]))
        found["from"] = days[series.begins_late].isoformat()
