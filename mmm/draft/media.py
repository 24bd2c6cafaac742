"""Own media: channels with spend, the exposures that spend bought, and media without cost."""

from mmm.draft.columns import Series
from mmm.draft.names import as_name, has, without, word_for, words_of
from mmm.draft.pieces import draft_pieces
from mmm.draft.sketch import Sketch

NAME_THE_SPEND = "NAME_THE_SPEND_COLUMNS"
MOST_OF_SALES = 1.0
"""Times the KPI that spend may reach in all."""
LEAST_CORRELATION = 0.3
"""Of spend with the exposure that it buys."""


def draft_media(sketch: Sketch) -> None:
    """Spend first, then the exposures of each, then owned media."""
    pieces = draft_pieces(sketch)
    _no_media(sketch)
    series = [*sketch.open_numbers]
    spends = [each for each in series if _is_spend(each)]
    exposures = [each for each in series if _is_exposure(each)]
    exposures.sort(key=lambda each: has(each.name, "frequency"))
    named = {_medium(each.name) for each in spends}
    for each in series:
        if each in spends or each in exposures or not has(each.name, "channel"):
            continue
        if _medium(each.name) in named or has(each.name, "discount", "holiday", "result"):
            continue
        if has(each.name, "control") and has(str(word_for(each.name, "channel")), "generic"):
            continue  # as "temperatura media": a mean
        spends.append(each)
    channels = [channel for each in spends if (channel := _channel(sketch, each))]
    channels = _without_totals(sketch, channels) + pieces
    by_medium = {_medium(str(channel["column"])): channel for channel in channels}
    channels += [
        owned for each in exposures if (owned := _exposure(sketch, each, by_medium)) is not None
    ]
    for each in [*sketch.open_numbers]:
        if has(each.name, "owned") and not each.is_binary and (owned := _owned(sketch, each)):
            channels.append(owned)
    _finish(sketch, channels)


def _finish(sketch: Sketch, channels: list[dict[str, object]]) -> None:
    """The channels as the model has them: a column's name alone where it says all."""
    if not any("cost" not in channel for channel in channels):
        sketch.ask("/channels", "no column is named like spend; which ones are?", (), None)
    unsure = [
        str(channel["column"])
        for channel in channels
        if not {"cost", "unit_cost"} & channel.keys()
        and not _is_spend(sketch.table.numbers[str(channel["column"])])
    ]
    if unsure:
        question = f"named by the medium alone: are they money? {', '.join(unsure)}"
        sketch.ask("/channels", question, ("money", "something else"), "money")
    sketch.model["channels"] = [_named(channel) for channel in channels] or [NAME_THE_SPEND]


def _named(channel: dict[str, object]) -> object:
    column = str(channel["column"])
    if as_name(column) != column:
        return {"name": as_name(column), **channel}
    return column if set(channel) == {"column"} else channel


def _no_media(sketch: Sketch) -> None:
    """Ratios, audiences, and results that platforms report: what media bring about.

    What lies on the way to sales waits as a mediator until the channels are known.
    """
    kinds = {
        "rate": "a ratio of cost and results, no spend",
        "audience": "an audience that media build up, no spend",
    }
    for series in [*sketch.open_numbers]:
        name = series.name
        if (word := word_for(name, "result")) and not has(name, "spend", "rate"):
            sketch.give(
                name, "mediator", f"named {word!r}: on the way to sales at most, no control"
            )
            continue
        for kind, what in kinds.items():
            other = ("control", "discount") if kind == "rate" else ("spend",)
            if (word := word_for(name, kind)) and not has(name, *other):
                sketch.give(name, "not_used", f"named {word!r}: {what}")
                break
        else:
            word = word_for(name, "units_kpi") or word_for(name, "money_kpi")
            if word and has(name, "channel") and not has(name, "spend"):
                what = "what a platform reports of its own results, no spend"
                sketch.give(name, "not_used", f"named {word!r}: {what}")


def _is_spend(series: Series) -> bool:
    ends_so = words_of(series.name)[-1:] == ("s",)
    return (has(series.name, "spend") or ends_so) and not has(series.name, "exposure", "price")


def _is_exposure(series: Series) -> bool:
    name, last = series.name, words_of(series.name)[-1:]
    if has(name, "spend", "discount", "holiday"):
        return False
    return has(name, "exposure", "frequency") or (
        last in {("i",), ("p",)} and len(words_of(name)) > 1
    )


def _medium(name: str) -> tuple[str, ...]:
    """What the spend or exposure is of: (tv) of "tv_impressions"."""
    words = without(name, "spend", "exposure", "frequency")
    words = tuple(word for word in words if not has(word, "generic")) or words
    return tuple(word for word in words if len(word) > 1 or word.isdigit()) or words


def _channel(sketch: Sketch, series: Series) -> dict[str, object] | None:
    """The channel of a column of spend; None with the reason where it is none."""
    name = series.name
    spend, medium = word_for(name, "spend"), word_for(name, "channel")
    named = " and ".join(repr(word) for word in dict.fromkeys([spend, medium]) if word)
    if series.has_negative:
        count = int((series.known < 0.0).sum())
        sketch.give(name, "not_used", f"named {named}, but negative in {count} rows: no spend")
        sketch.ask("/channels", f"{name!r} has negative values; are they credits?", (), None)
        return None
    if series.is_binary and spend is None:
        return None
    if spend is None and has(name, "owned"):
        return None
    if series.empty and not series.begins_late:
        reason = f"named {named}, but {series.empty} of its cells are empty"
        sketch.give(name, "not_used", f"{reason}: write 0 or what was spent, to use it")
        return None
    if _is_more_than_sales(sketch, series):
        reason = f"named {named}, but more than all sales in money: units of something else"
        sketch.give(name, "not_used", reason)
        sketch.ask("/channels", f"is {name!r} money? it exceeds all sales", (), None)
        return None
    channel: dict[str, object] = {"column": name}
    reason = f"named {named or repr(words_of(name)[-1])}; {_money(series)}"
    if series.empty:
        days = sorted(set(sketch.table.dates[str(sketch.model["date"])]))
        channel["from"] = days[series.begins_late].isoformat()
        reason += f"; it begins on {channel['from']}"
    if "geo" in sketch.model and series.is_national:
        channel["national"] = True
        reason += "; the same in every geo of a week, so national"
    sketch.give(name, "channel", reason)
    return channel


def _money(series: Series) -> str:
    idle = int((series.known == 0.0).sum())
    zeros = f", nothing in {idle} of {len(series.known)} rows" if idle else ", never zero"
    return f"{_amount(series.known.min())} to {_amount(series.known.max())}{zeros}"


def _amount(number: float) -> str:
    """A number without an exponent, of six digits or all those before its decimals."""
    return f"{number:,.0f}" if abs(number) >= 1e5 else f"{number:,.6g}"


def _is_more_than_sales(sketch: Sketch, series: Series) -> bool:
    kpi = sketch.model["kpi"]
    named = sketch.named("kpi")
    if not named or not isinstance(kpi, dict) or kpi["kind"] != "revenue":
        return False
    sales = sketch.table.numbers[named[0]].known.sum()
    return bool(series.known.sum() > MOST_OF_SALES * abs(sales))


def _without_totals(sketch: Sketch, channels: list[dict[str, object]]) -> list[dict[str, object]]:
    """The channels without a column that adds up the others."""
    numbers = sketch.table.numbers
    for channel in channels:
        name = str(channel["column"])
        others = [numbers[str(each["column"])] for each in channels if each is not channel]
        if len(others) < 2:
            continue
        total = sum(each.known.sum() for each in others)
        near = abs(total / numbers[name].known.sum() - 1.0) < 0.01
        if near or (has(name, "total") and numbers[name].known.sum() >= 0.5 * total):
            sketch.take_back(name, "the sum of the other channels, which are in the model")
            return [each for each in channels if each is not channel]
    return channels


def _exposure(
    sketch: Sketch, series: Series, channels: dict[tuple[str, ...], dict[str, object]]
) -> dict[str, object] | None:
    """Pair exposure with its spend; a channel without cost where there is none."""
    name = series.name
    word = word_for(name, "exposure") or word_for(name, "frequency") or words_of(name)[-1]
    channel = channels.get(_medium(name))
    if channel is None:
        return _owned(sketch, series)
    spend = str(channel["column"])
    if series.has_negative or series.empty or not series.known.any():
        sketch.give(name, "not_used", f"named {word!r}, but empty or negative in some weeks")
    elif "from" in channel:
        sketch.give(name, "not_used", f"named {word!r} of {spend!r}, whose spend begins late")
    elif has(name, "frequency"):
        _frequency(sketch, series, channel)
    elif "exposure" in channel or "unit_cost" in channel:
        exposure = channel.get("exposure", spend)
        reason = f"another measure of {spend!r}, whose exposure is {exposure!r}"
        sketch.give(name, "not_used", reason)
    elif (found := series.best_lag(sketch.table.numbers[spend]))[0] < LEAST_CORRELATION:
        reason = f"named {word!r}, but it does not move with {spend!r} (correlation {found[0]:.2f})"
        sketch.give(name, "not_used", reason)
    else:
        channel["exposure"] = name
        moves, later = found
        weeks = f"{abs(later)} week{'s' * (abs(later) > 1)} {'later' if later > 0 else 'earlier'}"
        billed = f" with the spend booked {weeks}" if later else ""
        reason = f"named {word!r}; what {spend!r} buys (correlation {moves:.2f}{billed})"
        sketch.give(name, "exposure", reason)
    return None


def _frequency(sketch: Sketch, series: Series, channel: dict[str, object]) -> None:
    """Contacts per person reached go with reach as the exposure, and with nothing else."""
    name, word = series.name, word_for(series.name, "frequency")
    if has(str(channel.get("exposure", "")), "reached") and bool((series.known > 0.0).all()):
        channel["frequency"] = name
        sketch.give(name, "frequency", f"named {word!r}, contacts per person of the reach")
    else:
        reason = f"named {word!r}: it needs reach as exposure, and to be above zero every week"
        sketch.give(name, "not_used", reason)


def _owned(sketch: Sketch, series: Series) -> dict[str, object] | None:
    """A medium without cost: owned or organic by its name, or exposure without a spend column."""
    name = series.name
    owned = word_for(name, "owned")
    word = owned or word_for(name, "exposure") or words_of(name)[-1]
    if series.has_negative or series.empty:
        reason = f"named {word!r}, but empty or negative in some weeks"
        sketch.give(name, "not_used", reason)
        return None
    sketch.give(name, "owned_media", f"named {word!r}, and no column is its spend: no cost, no ROI")
    if owned is None:
        question = f"{name!r} has no column of spend; was it paid for?"
        sketch.ask("/channels", question, ("without cost", "name its spend"), "without cost")
    return {"column": name, "cost": "none"}
