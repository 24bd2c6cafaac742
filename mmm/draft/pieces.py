"""Media that are counted in pieces, with the cost of a piece in a column and no column of spend."""

from mmm.draft.columns import Series
from mmm.draft.names import has, word_for, words_of
from mmm.draft.sketch import Sketch


def draft_pieces(sketch: Sketch) -> list[dict[str, object]]:
    """A channel for each cost of a piece whose pieces a column counts: leaflets and what one costs.

    Where a column has the spend of the medium, its cost of a piece is a ratio and no part of a
    model.
    """
    channels: list[dict[str, object]] = []
    for cost in [*sketch.open_numbers]:
        word = word_for(cost.name, "unit_cost")
        if word is None or has(cost.name, "cost_of_result", "rival"):
            continue
        of_medium = [s for s in sketch.open_numbers if s is not cost and _medium(s) & _medium(cost)]
        spends = [s for s in of_medium if has(s.name, "spend") and not has(s.name, "rate")]
        counts = [s for s in of_medium if s not in spends and _is_count(s)]
        if spends or not counts:
            continue
        counts.sort(key=lambda s: not has(s.name, "exposure"))
        pieces, bought = counts[0], counts[0].values > 0.0
        if not (cost.values[bought] > 0.0).all():
            reason = f"named {word!r}, but {pieces.name!r} has weeks without a cost above zero"
            sketch.give(cost.name, "not_used", reason)
            continue
        spent = float((pieces.values[bought] * cost.values[bought]).sum())
        sketch.give(
            pieces.name,
            "channel",
            f"pieces of a medium, with their cost in {cost.name!r}: {spent:,.0f} in all",
        )
        reason = f"named {word!r}: spend is this times {pieces.name!r}, of which no column is spend"
        sketch.give(cost.name, "unit_cost", reason)
        national = "geo" in sketch.model and pieces.is_national
        channels.append(
            {"column": pieces.name, "unit_cost": cost.name}
            | ({"national": True} if national else {})
        )
    return channels


def _medium(series: Series) -> frozenset[str]:
    """The media that a name has, in the singular."""
    return frozenset(w.rstrip("s") for w in words_of(series.name) if has(w, "channel", "owned"))


def _is_count(series: Series) -> bool:
    usable = not (series.empty or series.has_negative or series.is_binary or series.is_constant)
    return usable and not has(series.name, "rate", "audience", "result", "frequency", "price")
