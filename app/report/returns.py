"""The return of each channel with its interval, and the sentence of its evidence."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from app.report.known import Known
from app.report.markup import figure, node, paragraph, table
from app.report.plot import ROW, Axis, Frame, amounts, foot, strip
from app.report.words import money, plain_reason, ratio, span
from mmm.attribution.answers import ChannelReturn
from mmm.interval import Interval
from mmm.plots.style import channel_colours
from mmm.posterior.evidence import LOWER_GRADES, GradeNote

MONEY = ("revenue", "profit")
NO_RECORD = "An older release made this model: nothing is recorded."


def returns_of(known: Known) -> Element:
    """The chart of all paid channels, the largest return first."""
    total, currency = known.total, known.model.spec.currency
    colours = channel_colours([channel.name for channel in total.channels])
    paid = [(c, c.roi) for c in total.channels if c.roi is not None]
    paid.sort(key=lambda each: -each[1].mean)
    grades = total.evidence or {}
    unit = money(1.0, currency)
    what = _counted(total.roi_unit, total.unit)
    most = max([1.05, *(roi.p95 for _, roi in paid)])
    even = 1.0 if what == "profit" else None
    above = "; above 1 it pays for itself" if even else ""
    axis = amounts(0.0, 1.02 * most, f"{what} for each {unit} spent{above}", 6)
    rows = [
        _Row(c, roi, grades.get(c.name), colours[c.name]).drawn(axis, even, currency)
        for c, roi in paid
    ]
    title = _title([(c.name, roi) for c, roi in paid], grades, what, currency)
    about = (
        f"Return of each {unit}: {what}, what came after the weeks included. The dot is the mean, "
        "the bar holds 90 of 100 possible values; it is dotted where the evidence is weak."
    )
    data = table(
        ("channel", "spend", "return", "from", "to", f"next {unit}", "how we know"),
        [
            (
                c.name,
                "" if c.spend is None else money(c.spend, currency),
                ratio(roi.mean),
                ratio(roi.p5),
                ratio(roi.p95),
                "" if c.marginal_roi is None else ratio(c.marginal_roi.mean),
                grades[c.name].label if c.name in grades else "no record",
            )
            for c, roi in paid
        ],
    )
    scale = node("div", node("span", cls="name"), foot(axis), node("span", cls="value"), cls="row")
    return figure(title, node("div", *rows, scale, cls="rows returns"), data, about=about)


def _counted(roi_unit: str, unit: str) -> str:
    return next((word for word in MONEY if word in roi_unit), unit)


def _title(
    found: list[tuple[str, Interval]],
    grades: dict[str, GradeNote],
    what: str,
    currency: str | None,
) -> str:
    unit = money(1.0, currency)
    if not found:
        return "No channel has a cost"
    backed = (each for each in found if each[0] in grades)
    sure = next((x for x in backed if grades[x[0]].grade in ("tested", "seen")), None)
    name, roi = sure or found[0]
    size = money(roi.mean, currency) if what in MONEY else ratio(roi.mean)
    told = f"{name} returned {size} {'of ' if what in MONEY else ''}{what} for each {unit} spent"
    if not grades:
        return told
    return f"{told}{', the most of what' if sure else '; none'} is backed by data"


@dataclass(frozen=True)
class _Row:
    """One channel of the chart."""

    channel: ChannelReturn
    roi: Interval
    note: GradeNote | None
    colour: str

    def drawn(self, axis: Axis, even: float | None, currency: str | None) -> Element:
        """Name and grade, the interval, its numbers, and the sentence of the evidence."""
        name, roi, note = self.channel.name, self.roi, self.note
        weak = note is not None and note.grade in LOWER_GRADES
        frame = Frame(axis, ROW)
        bar = frame.line([(roi.p5, 0.5), (roi.p95, 0.5)], self.colour, 6.0, "1 9" if weak else "")
        bar.set("class", "stroke faint")
        dot = [frame.dots([(roi.mean, 0.5)], self.colour, 14.0)]
        if weak:
            dot.append(frame.dots([(roi.mean, 0.5)], "var(--card)", 8.0))
        spent = (
            "" if self.channel.spend is None else f"{money(self.channel.spend, currency)} spent. "
        )
        reason = NO_RECORD if note is None else plain_reason(note)
        grade = None if note is None else node("span", note.label, cls=f"grade {note.grade}")
        told = f"{name}: {ratio(roi.mean)}, {span(roi, ratio)}"
        return node(
            "div",
            node("div", node("strong", name), grade, cls="name"),
            strip(axis, [bar, *dot], told, even),
            node(
                "div",
                ratio(roi.mean),
                " ",
                node("span", f"({span(roi, ratio)})", cls="quiet"),
                cls="value",
            ),
            paragraph(f"{spent}{reason}", cls="quiet why"),
            cls="row",
        )
