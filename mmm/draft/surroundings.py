"""Controls, events and holidays, and the columns that are left."""

import re
from datetime import date

from holidays import list_supported_countries

from mmm.draft.columns import Series
from mmm.draft.names import as_name, has, word_for
from mmm.draft.sketch import Sketch
from mmm.spec.sizes import MOST_PARTS
from mmm.tables.place import place

NO_EVENT = frozenset({"", "na", "n/a", "nan", "none", "no", "0", "-", "false", "kein", "keine"})
_NUMBER = re.compile(r"\s*[-+]?\d+(\.\d*)?([eE][-+]?\d+)?\s*")
MOST_LABELS = 12
"""Different labels of a text column that may be events."""


def draft_surroundings(sketch: Sketch) -> None:
    """What else moves sales; a column whose meaning is unclear is left out, since a wrong control
    biases effects."""
    events: list[dict[str, object]] = []
    controls = sketch.named("control")
    for series in [*sketch.open_numbers]:
        if series.empty and not (series.steps and has(series.name, "demand", "control")):
            reason = f"{series.empty} of {len(series.values)} cells are empty"
            sketch.give(series.name, "not_used", reason)
        elif _is_event(series) and len(events) < MOST_PARTS:
            events.append(_event(sketch, series))
        elif has(series.name, "demand") and "demand" not in sketch.model:
            word = word_for(series.name, "demand")
            sketch.model["demand"] = {"kind": "series", "column": series.name, **_between(series)}
            reason = f"named {word!r}: demand that drives both budgets and sales"
            sketch.give(series.name, "demand", reason + _how_rarely(sketch, series, "/demand"))
        elif has(series.name, "discount") and not series.is_binary:
            controls.append(series.name)
            word = word_for(series.name, "discount")
            reason = f"named {word!r}: a level in most weeks rather than an event"
            sketch.give(series.name, "control", reason)
        elif word := word_for(series.name, "control") or word_for(series.name, "demand"):
            controls.append(series.name)
            reason = f"named {word!r}: it moves sales and is not bought"
            at = f"/controls/{len(controls) - 1}"
            sketch.give(series.name, "control", reason + _how_rarely(sketch, series, at))
        else:
            _left(sketch, series)
    _texts(sketch, events)
    if controls:
        sketch.model["controls"] = [_control(sketch.table.numbers[name]) for name in controls]
    if events:
        sketch.model["events"] = events
    if not sketch.named("holiday"):
        question = "which country's public holidays matter? none are in the draft"
        sketch.ask("/holidays/country", question, (), None)


def _control(series: Series) -> object:
    """The control as the model has it: a column's name alone where it says all."""
    column, name = series.name, as_name(series.name)
    if name == column and not series.empty:
        return column
    return {"name": name, "column": column, **_between(series)}


def _between(series: Series) -> dict[str, str]:
    """The rule for the empty cells of a column that is known in some weeks only."""
    return {"between": "hold"} if series.empty else {}


def _how_rarely(sketch: Sketch, series: Series, at: str) -> str:
    """How rarely a column is known, in words, with the question what stands between."""
    steps = series.steps
    if not series.empty or steps is None:
        return ""
    question = f"what stands between the numbers of {series.name!r}?"
    sketch.ask(f"{at}/between", question, ("hold", "linear"), "hold")
    return (
        f"; a number in {steps.known} of {steps.days} weeks, usually {steps.step // 7} weeks apart:"
        " each holds until the next"
    )


def _is_event(series: Series) -> bool:
    """A mark of weeks, or an intensity in at most half of them."""
    return series.is_binary or (has(series.name, "holiday", "discount") and series.idle >= 0.5)


def _event(sketch: Sketch, series: Series) -> dict[str, object]:
    word = word_for(series.name, "holiday")
    role = "holiday" if word else "event"
    word = word or word_for(series.name, "discount")
    named = f"named {word!r}, " if word else ""
    marks = "a mark" if series.is_binary else "an intensity"
    weeks = int((series.known != 0.0).sum())
    reason = f"{named}{marks} in {weeks} of {len(series.known)} rows"
    sketch.give(series.name, "holiday" if role == "holiday" else "event", reason)
    return {"name": as_name(series.name), "column": series.name}


def _left(sketch: Sketch, series: Series) -> None:
    """Say why a column is left out, and ask where its values look like spend."""
    kpi = sketch.named("kpi")
    moves = ""
    if kpi:
        correlation = series.correlation(sketch.table.numbers[kpi[0]])
        moves = f"; correlation with {kpi[0]!r} {correlation:.2f}"
    if not series.has_negative and series.idle > 0.1 and not series.is_whole:
        reason = f"no name says what it is, but amounts and zeros look like spend{moves}"
        sketch.give(series.name, "not_used", reason)
        sketch.ask("/channels", f"is {series.name!r} spend on a channel?", ("yes", "no"), "no")
        return
    reason = f"no name says what it is{moves}; as a control only if it drives budgets and sales"
    sketch.give(series.name, "not_used", reason)


def _texts(sketch: Sketch, events: list[dict[str, object]]) -> None:
    """Text columns: labels of few weeks are events; the others are not used."""
    days = sketch.table.dates.get(str(sketch.model["date"]), [])
    for name, cells in sketch.table.texts.items():
        if name in sketch.roles:
            continue
        labels = {cell for cell in cells if cell.lower() not in NO_EVENT}
        weekly = len(set(days)) == len(days) == len(cells)
        marked = sum(cell in labels for cell in cells)
        if weekly and 0 < len(labels) <= MOST_LABELS and marked <= len(cells) // 2:
            events += [_labelled(name, label, cells, days) for label in sorted(labels)]
            reason = f"labels in {marked} of {len(cells)} weeks: {', '.join(sorted(labels))}"
            sketch.give(name, "event", reason)
        elif _is_country(name, cells) and "holidays" not in sketch.model:
            sketch.model["holidays"] = {"country": cells[0].upper()}
            reason = f"every cell is {cells[0]!r}: public holidays of this country"
            sketch.give(name, "holiday", reason)
        elif len(set(cells)) == 1:
            sketch.give(name, "not_used", f"every cell is {cells[0]!r}")
        else:
            sketch.give(name, "not_used", _of_text(sketch, name, cells))


def _of_text(sketch: Sketch, name: str, cells: tuple[str, ...]) -> str:
    """Why a column of text is not used; cells among numbers that are none are named."""
    odd = [row for row, cell in enumerate(cells) if cell.strip() and not _NUMBER.fullmatch(cell)]
    begin = sum(cell.strip()[:1].isdigit() for cell in cells)
    if 2 * begin <= len(cells) or not odd:
        examples = ", ".join(repr(cell) for cell in [*dict.fromkeys(cells)][:3])
        return f"text ({examples}): neither geo, product nor events"
    where = place(sketch.table.frame, odd[0])
    reason = f"{len(odd)} of {len(cells)} cells are no numbers, the first {cells[odd[0]]!r} in "
    reason += f"{where}: write each as a number (0 where nothing happened), to use the column"
    sketch.warnings.append(f"{name}: {reason}")
    return reason


def _is_country(name: str, cells: tuple[str, ...]) -> bool:
    """Whether every cell is the same ISO 3166 code under the name of a country."""
    code = cells[0].upper()
    known = len(code) == 2 and code in list_supported_countries(include_aliases=False)
    return known and len(set(cells)) == 1 and has(name, "country")


def _labelled(
    column: str, label: str, cells: tuple[str, ...], days: list[date]
) -> dict[str, object]:
    weeks = [day.isoformat() for day, cell in zip(days, cells, strict=True) if cell == label]
    return {"name": as_name(label) or as_name(column), "weeks": weeks}
