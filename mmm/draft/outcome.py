"""The KPI among its candidates, the value of a unit, and what follows from sales."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from mmm.draft.columns import Series
from mmm.draft.names import currency_of, has, word_for, words_of
from mmm.draft.sketch import Sketch

NEARLY = 0.01
"""Relative difference of rounded ratios."""
NAME_THE_KPI = "NAME_THE_KPI_COLUMN"


def draft_outcome(sketch: Sketch) -> None:
    """KPI and value; then columns that follow from sales, whatever they are named."""
    constant = [series for series in sketch.open_numbers if series.is_constant]
    for series in constant:
        reason = f"every cell is {series.known[0]:g}: nothing can be learned from it"
        sketch.give(series.name, "not_used", reason)
    _identical(sketch)
    candidates = [series for series in sketch.open_numbers if _is_outcome(series)]
    if not candidates:
        candidates = [s for s in sketch.open_numbers if _is_outcome(s, of_a_channel=True)]
    values = [series for series in sketch.open_numbers if has(series.name, "value")]
    ratios = [series for series in candidates if _is_ratio(series, candidates)]
    candidates = [series for series in candidates if series not in ratios]
    values += ratios
    if not candidates:
        sketch.model["kpi"] = {"column": NAME_THE_KPI, "kind": "revenue"}
        sketch.ask("/kpi/column", "no column is named like sales; which one is the KPI?", (), None)
        return
    chosen = max(candidates, key=lambda series: _preference(series, values))
    _give_kpi(sketch, chosen, candidates)
    _worth(sketch, chosen, values)
    _consequences(sketch, candidates)


def _identical(sketch: Sketch) -> None:
    first: dict[bytes, str] = {}
    for series in [*sketch.open_numbers]:
        twin = first.setdefault(series.values.tobytes(), series.name)
        if twin != series.name:
            sketch.give(series.name, "not_used", f"identical to {twin!r} in every row")


def _is_outcome(series: Series, *, of_a_channel: bool = False) -> bool:
    """Whether it is named like sales; ``of_a_channel``: also like those of one ("amazon_sales")."""
    name = series.name
    other = ["rival", "value", "rate", "price", "spend", "follows", "discount", "exposure"]
    other += ["holiday", "margin", "owned", "audience", "population", "result"]
    other += [] if of_a_channel else ["channel"]
    if series.empty or series.is_binary or has(name, *other):
        return False
    return has(name, "money_kpi", "units_kpi", "plain_kpi")


def _is_ratio(series: Series, candidates: list[Series]) -> bool:
    """Whether it is one candidate over another: revenue per order, whatever its name."""
    pairs = permutations([each for each in candidates if each is not series], 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return any(
            np.allclose(series.values, one.values / two.values, rtol=NEARLY) for one, two in pairs
        )


def _is_money(series: Series) -> bool:
    """Money by its name: a currency, or a word of revenue without one of units ("units sold")."""
    if currency_of(series.name):
        return True
    return has(series.name, "money_kpi") and not has(series.name, "units_kpi")


def _preference(series: Series, values: list[Series]) -> tuple[bool, ...]:
    """Plain names of a KPI first, then money, sales before leads, the whole before its parts, net
    before gross."""
    name = series.name
    return (
        has(name, "plain_kpi"),
        _is_money(series),
        not has(name, "early_kpi"),
        not has(name, "part_kpi"),
        has(name, "net_kpi"),
        has(name, "total"),
        bool(values) and any(_names(name, value.name) for value in values),
        bool(series.known.mean() > 0.0),
    )


def _names(kpi: str, value: str) -> bool:
    """Whether the value is that of the KPI: "revenue per order" is of "orders"."""
    ends = {word.rstrip("s") for word in words_of(value)}
    return any(word.rstrip("s") in ends for word in words_of(kpi))


def _give_kpi(sketch: Sketch, chosen: Series, candidates: list[Series]) -> None:
    kind = "revenue" if _is_money(chosen) or not has(chosen.name, "units_kpi") else "units"
    sketch.model["kpi"] = {"column": chosen.name, "kind": kind}
    word = next(
        word_for(chosen.name, each)
        for each in ("money_kpi", "units_kpi", "plain_kpi")
        if has(chosen.name, each)
    )
    reason = f"named {word!r}; taken as {kind}"
    others = [series for series in candidates if series is not chosen]
    if others:
        why = _why_chosen(chosen, others)
        reason += f", before {', '.join(repr(other.name) for other in others)}: {why}"
        options = tuple(series.name for series in candidates)
        sketch.ask("/kpi/column", "which outcome is to be explained?", options, chosen.name)
    sketch.give(chosen.name, "kpi", reason)
    for other in others:
        reason = (
            f"an outcome too (correlation with {chosen.name!r} {other.correlation(chosen):.2f}); "
            "a model explains one"
        )
        sketch.give(other.name, "kpi_candidate", reason)
    if kind == "revenue" and chosen.is_whole and not currency_of(chosen.name) and not others:
        question = f"is {chosen.name!r} money or a number of pieces? every value is whole"
        sketch.ask("/kpi/kind", question, ("revenue", "units"), "revenue")


def _why_chosen(chosen: Series, others: list[Series]) -> str:
    money = [other for other in others if _is_money(other)]
    if not _is_money(chosen):
        return "it is nearest to the sale"
    reasons = ["money needs no value per unit for returns"] if len(money) < len(others) else []
    reasons += ["the whole comes before parts, net before gross"] if money else []
    return "; ".join(reasons)


def _worth(sketch: Sketch, chosen: Series, values: list[Series]) -> None:
    """The column of value per unit, or of the margin; the others are no part of the model."""
    kpi = sketch.model["kpi"]
    assert isinstance(kpi, dict)
    units = kpi["kind"] == "units"
    for series in values:
        usable = units and not series.empty and bool((series.values > 0.0).all())
        word = word_for(series.name, "value") or words_of(series.name)[-1]
        if usable and "value_per_unit" not in kpi:
            kpi["value_per_unit"] = series.name
            sketch.give(series.name, "value", f"named {word!r}: what a unit of the KPI is worth")
            sketch.warnings.append(
                f"value_per_unit: {series.name!r} is counted as profit before media; if it is "
                "revenue, returns are of revenue: multiply it by your margin first"
            )
        else:
            reason = f"named {word!r}: a ratio of outcomes, no cause of them"
            sketch.give(series.name, "not_used", reason)
    for series in [*sketch.open_numbers]:
        margin = word_for(series.name, "margin")
        if margin is None:
            continue
        if not units and not series.empty and series.is_share and "margin" not in kpi:
            kpi["margin"] = series.name
            sketch.give(
                series.name, "value", f"named {margin!r}, shares of revenue between 0 and 1"
            )
        else:
            sketch.give(series.name, "follows_sales", f"named {margin!r}: a result of sales")
    if units and "value_per_unit" not in kpi:
        question = f"what is one unit of {chosen.name!r} worth in money, before media?"
        sketch.ask("/kpi/value_per_unit", f"{question} Without it there is no ROI", (), None)


def _consequences(sketch: Sketch, candidates: list[Series]) -> None:
    """Columns in a fixed ratio to an outcome, and those named like a cost of sales."""
    for series in [*sketch.open_numbers]:
        if has(series.name, "rival", "price"):
            continue
        ratios = [(ratio, each) for each in candidates if (ratio := series.ratio_to(each))]
        word = word_for(series.name, "follows")
        if ratios:
            ratio, outcome = min(ratios, key=lambda found: found[0].spread)
            reason = (
                f"always close to {ratio.mean:.3g} times {outcome.name!r} "
                f"(varies by {ratio.spread:.1%}); what sales cause is no cause of them"
            )
            sketch.give(series.name, "follows_sales", reason)
        elif word and not (has(word, "fee") and has(series.name, "channel")):
            best = max(candidates, key=lambda each: abs(series.correlation(each)))
            reason = (
                f"named {word!r}, like a cost or a result of sales (correlation with {best.name!r} "
                f"{series.correlation(best):.2f}), no channel"
            )
            sketch.give(series.name, "follows_sales", reason)


def draft_currency(sketch: Sketch, signs: Sequence[str] = ()) -> None:
    """The currency that names of money agree on, and ``signs`` beside the numbers of the file."""
    named = [code for name in sketch.table.names if (code := currency_of(name))]
    known = [*named, *(code for sign in signs if (code := currency_of(sign)))]
    if len(set(known)) == 1:
        sketch.model["currency"] = known[0]
    elif known:
        options = tuple(dict.fromkeys(known))
        question = "names and cells of the table have several currencies; which one is it?"
        sketch.ask("/currency", question, options, None)
