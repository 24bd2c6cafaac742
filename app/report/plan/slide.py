"""A told plan as one slide (PPTX): a title that says the finding, what to do, and a chart to edit.

The chart is a native one: its numbers, rounded as everywhere, lie in a workbook inside the file.
The notes under the slide have every channel. The library is loaded when a slide is asked for.
"""

import io
from collections.abc import Iterator, Sequence
from typing import Any

from app.contract.sharing.told_plan import ToldChannel, ToldPlan
from app.report.plan.words import GROUPS, NO_ODDS, PlanWords, day
from app.tables.write import safe

WIDTH, HEIGHT, LEFT = 13.333, 7.5, 0.6
"""Of the slide and its margin, inches."""

INK, QUIET, ACCENT, PALE = "1D2A30", "55646C", "0B5C6B", "B9C4C8"
MOST_BARS = 10
MOST_NAMED = 4
LONGEST_NAME = 32
"""Channels of the chart, those that a sentence names, and characters of a name; the notes have
all."""

Runs = Sequence[tuple[str, int, str, bool]]
"""Lines of a text: each with its size in points, its colour, and whether it is bold."""


def slide(plan: ToldPlan) -> bytes:
    """The presentation with its one slide."""
    from pptx import Presentation
    from pptx.util import Inches

    told = _short(plan)
    words = PlanWords(told, MOST_NAMED)
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    deck.core_properties.title = plan.name
    deck.core_properties.author = "Prudent"
    shown = deck.slides.add_slide(deck.slide_layouts[5])
    _title(shown, words)
    head = f"{_cut(plan.name, 80)}: {words.period}, beside {words.beside}"
    _text(shown, (LEFT, 1.35, 12.1, 0.4), [(head, 14, QUIET, False)])
    _text(shown, (LEFT, 1.95, 4.9, 1.5), _figures(words))
    _text(shown, (LEFT, 3.5, 4.9, 2.9), [*_moves(words)])
    _chart(shown, words)
    _text(shown, (LEFT, 6.55, 12.1, 0.7), [(_caveat(words), 11, QUIET, False)])
    shown.notes_slide.notes_text_frame.text = "\n".join(_notes(PlanWords(plan)))
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _title(shown: Any, words: PlanWords) -> None:
    """The finding, in the slide's own title."""
    from pptx.util import Inches

    title = shown.shapes.title
    title.left, title.top = Inches(LEFT), Inches(0.4)
    title.width, title.height = Inches(WIDTH - 2.0 * LEFT), Inches(0.95)
    _write(title.text_frame, [(words.finding, 26, INK, True)])


def _figures(words: PlanWords) -> Runs:
    plan = words.plan
    if not words.changed:
        return [(words.totals, 14, INK, False)]
    lines = [
        (f"{words.extra}: {words.earned(plan.extra.mean)}", 20, ACCENT, True),
        (words.span, 13, INK, False),
    ]
    if plan.chances_in_20 is None:
        return [*lines, (f"Chances: {NO_ODDS}", 12, INK, False)]
    odds = f"Better than today's plan in {plan.chances_in_20} of 20 cases, if the model is right"
    if words.second_in_20 is not None:
        odds += f"; in {words.second_in_20} of 20 by a second model"
    return [*lines, (f"{odds}.", 13, INK, False)]


def _moves(words: PlanWords) -> Iterator[tuple[str, int, str, bool]]:
    for group, name in GROUPS:
        yield name, 15, ACCENT, True
        yield words.sentence(group), 13, INK, False


def _caveat(words: PlanWords) -> str:
    parts = [words.doubt, words.carefully, words.totals, f"As of {day(words.plan.told_at)}."]
    return " ".join(part for part in parts if part)


def _chart(shown: Any, words: PlanWords) -> None:
    """Today's spend and the plan's by channel, as bars that can be edited."""
    from pptx.chart.data import CategoryChartData
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_MARK
    from pptx.util import Inches, Pt

    bars = [*_bars(words)]
    data = CategoryChartData(number_format="#,##0")
    data.categories = [name for name, _, _ in bars]
    data.add_series("Today", [today for _, today, _ in bars])
    data.add_series("Plan", [planned for _, _, planned in bars])
    place = (Inches(5.75), Inches(1.85), Inches(WIDTH - 5.75 - LEFT), Inches(4.65))
    frame = shown.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place, data)
    _describe(frame, f"Spend by channel, today and in the plan: {words.headline}")
    chart = frame.chart
    chart.font.size, chart.font.color.rgb = Pt(12), RGBColor.from_string(INK)
    chart.has_title = True
    _write(chart.chart_title.text_frame, [(_chart_title(words), 13, QUIET, False)])
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.category_axis.reverse_order = True
    chart.category_axis.major_tick_mark = XL_TICK_MARK.NONE
    chart.category_axis.format.line.color.rgb = RGBColor.from_string(PALE)
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale = 0
    (bars_drawn,) = chart.plots
    bars_drawn.gap_width, bars_drawn.overlap = 55, -5
    bars_drawn.has_data_labels = True
    bars_drawn.data_labels.font.size = Pt(11)
    bars_drawn.data_labels.number_format = "#,##0"
    bars_drawn.data_labels.number_format_is_linked = False
    for series, colour in zip(bars_drawn.series, (PALE, ACCENT), strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(colour)


def _chart_title(words: PlanWords) -> str:
    currency = words.plan.currency
    return f"Spend by channel{f', {currency}' if currency else ''}"


def _bars(words: PlanWords) -> Iterator[tuple[str, float, float]]:
    """Name, today and plan of the channels that change or spend the most; the rest in one bar."""
    plan = words.plan
    size = {each.name: max(each.plan, each.today) for each in plan.channels}
    changed = {each.name for each in words.changed}
    order = sorted(plan.channels, key=lambda each: (each.name not in changed, -size[each.name]))
    most = MOST_BARS if len(order) <= MOST_BARS else MOST_BARS - 1
    for each in sorted(order[:most], key=lambda each: -size[each.name]):
        yield _cell(each.name), _rounded(each.today), _rounded(each.plan)
    if rest := order[most:]:
        today, planned = sum(each.today for each in rest), sum(each.plan for each in rest)
        yield f"{len(rest)} others", _rounded(today), _rounded(planned)


def _cell(name: str) -> str:
    """A name that the chart's workbook takes for a formula in no case."""
    return f"'{name}" if name.startswith("{") else str(safe(name))


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")


def _notes(words: PlanWords) -> Iterator[str]:
    """What is said under the slide: every channel, and what was assumed."""
    yield words.headline
    for group, name in GROUPS:
        yield f"{name}. {words.sentence(group)}"
    for each in words.plan.channels:
        yield _line(words, each)
    yield from words.plan.assumed
    yield "Ranges hold 90 of 100 possible values, if the model is right."


def _line(words: PlanWords, each: ToldChannel) -> str:
    known = each.grade.label if each.grade else "no record"
    change = words.change(each.today, each.plan)
    return (
        f"{each.name}: today {words.spend(each.today)}, plan {words.spend(each.plan)}, change "
        f"{change}; next 1,000 bring {words.next_thousand(each)}; how we know: {known}"
    )


def _short(plan: ToldPlan) -> ToldPlan:
    """The plan with names that fit beside a bar."""
    channels = (
        each.model_copy(update={"name": _cut(each.name, LONGEST_NAME)}) for each in plan.channels
    )
    return plan.model_copy(update={"channels": tuple(channels)})


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _text(shown: Any, place: tuple[float, float, float, float], lines: Runs) -> None:
    """A box of text at (left, top, width, height), inches."""
    from pptx.util import Inches

    box = shown.shapes.add_textbox(*(Inches(each) for each in place))
    _write(box.text_frame, lines)


def _write(frame: Any, lines: Runs) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    frame.word_wrap = True
    for number, (text, size, colour, bold) in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.space_after = Pt(3 if bold else 9)
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = RGBColor.from_string(colour)


def _describe(frame: Any, text: str) -> None:
    """Say what a drawing shows, for those who do not see it."""
    frame._element.nvGraphicFramePr.cNvPr.set("descr", text)
