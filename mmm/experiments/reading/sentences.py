"""The sentence of a reading that a planner reads."""

from mmm.experiments.reading.answer import GeoTestReading, ReadInterval

_MOST_NAMED = 3
DOUBTFUL = 0.1
"""p-value by rank among the donors above which a small p-value of the model is not believed."""


def summary_of(told: GeoTestReading) -> str:
    """What was sold more or less, how sure that is, and what a unit of spend brought."""
    share, total = told.lift, told.incremental
    span = f"from {told.start} to {told.read_until}"
    who = _names(told.treated)
    word = "more" if total.p50 >= 0.0 else "less"
    figures = (
        f"{who} sold {_amount(abs(total.p50))} {word} {span} than they would have without the "
        f"test ({share.p50:+.1%}; 95 % interval {share.p2_5:+.1%} to {share.p97_5:+.1%}; "
        f"{_p_value(told.p_value)})."
    )
    sentences = [figures, _meaning(told)]
    if told.spend is not None and told.iroas is not None:
        sentences.append(_money(told.spend.extra, told.iroas))
    if told.method == "interrupted_time_series":
        sentences.append(
            "There were no geos to compare with: the past alone stands for what would have been, "
            "the weaker kind of evidence."
        )
    return " ".join(sentences)


def _meaning(told: GeoTestReading) -> str:
    if told.p_value < 0.05:
        return _against_placebos(told) or "That is more than chance explains."
    is_cut = told.spend is not None and told.spend.extra < 0.0
    found = told.detectable.cut if is_cut else told.detectable.increase
    if found is None:
        return "That is within chance, and the test could hardly have found any effect."
    return (
        "That is within chance, which does not say that there was no effect: one of less than "
        f"{abs(found):.0%} is missed more often than one time in five."
    )


def _against_placebos(told: GeoTestReading) -> str | None:
    """What makes a small p-value doubtful: untreated geos that show as much."""
    space = told.placebos_in_space
    as_much = sum(each.p_value <= told.p_value for each in space.geos)
    if space.rank_p_value is None or space.rank_p_value <= DOUBTFUL or as_much < 2:
        return None
    return (
        f"That would be more than chance explains, but {as_much} of {len(space.geos)} untreated "
        "geos moved by as much in the same window: take it for unproven."
    )


def _money(extra: float, iroas: ReadInterval) -> str:
    interval = f"(95 % interval {iroas.p2_5:.2f} to {iroas.p97_5:.2f})"
    if extra > 0.0:
        return f"A unit of extra spend returned {iroas.p50:.2f} {interval}."
    return f"A unit of spend saved lost {iroas.p50:.2f} {interval}."


def _p_value(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _names(geos: tuple[str, ...]) -> str:
    if len(geos) == 1:
        return geos[0]
    if len(geos) <= _MOST_NAMED:
        return f"{', '.join(geos[:-1])} and {geos[-1]}"
    return f"{len(geos)} treated geos"


def _amount(number: float) -> str:
    return f"{number:,.0f}" if number >= 100.0 else f"{number:.3g}"
