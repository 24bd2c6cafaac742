"""Charts without a script: SVG that stretches with the page, and labels of a size of their own.

A pane is ``SIDE`` units wide and high whatever its size on the screen; strokes and dots keep
theirs.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from xml.etree.ElementTree import Element

from app.report.markup import node
from app.report.words import brief

SIDE = 1000.0
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)

type Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """A range of values with its labels; ``title`` says what is measured, with its unit.

    ``dense``: whether a narrow chart has room for every other label only.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    title: str = ""
    dense: bool = False

    def at(self, value: float) -> float:
        """A value's place, from 0 to ``SIDE``."""
        return SIDE * (value - self.low) / ((self.high - self.low) or 1.0)

    def percent(self, value: float) -> str:
        """The same in percent, for labels."""
        return f"{self.at(value) / SIDE:.2%}"


def amounts(low: float, high: float, title: str, most: int = 5) -> Axis:
    """An axis of amounts with about ``most`` round labels."""
    span = (high - low) or 1.0
    size = 10.0 ** math.floor(math.log10(span / most))
    step = next(size * each for each in STEPS if size * each * most >= span)
    first = math.ceil(low / step - 1e-9)
    values = [step * at for at in range(first, math.floor(high / step + 1e-9) + 1)]
    return Axis(low, high, tuple((value, brief(value)) for value in values), title)


def weeks_axis(weeks: Sequence[date], most: int = 6) -> Axis:
    """An axis of weeks, by their ordinals, with labels at the first weeks of months."""
    starts = [w for before, w in pairwise(weeks) if w.month != before.month]
    every = next(n for n in (1, 2, 3, 6, 12, 24, 60, 120) if len(starts) <= n * most)
    months = [w for w in starts if (12 * w.year + w.month - 1) % every == 0]
    ticks = tuple((float(w.toordinal()), f"{w:%b ’%y}") for w in months)
    return Axis(float(weeks[0].toordinal()), float(weeks[-1].toordinal()), ticks, dense=True)


@dataclass(frozen=True)
class Frame:
    """The two axes of a chart; its marks are given in their values."""

    x: Axis
    y: Axis

    def line(self, points: Points, colour: str, width: float = 2.0, dash: str = "") -> Element:
        """A line through the points."""
        return _stroke(f"M{self._path(points)}", colour, width, dash)

    def dots(self, points: Points, colour: str, size: float = 5.0) -> Element:
        """Round dots of ``size`` pixels."""
        return _stroke("".join(f"M{self._path([each])}h.01" for each in points), colour, size)

    def band(self, low: Points, high: Points, colour: str, opacity: float = 1.0) -> Element:
        """The area between two lines."""
        path = f"M{self._path([*high, *reversed(low)])}z"
        return node("path", d=path, style=f"fill:{colour};opacity:{opacity:g}")

    def box(self, left: float, right: float, top: float, colour: str) -> Element:
        """A rectangle that stands on the x axis."""
        zero = max(self.y.low, 0.0)
        return self.band([(left, zero), (right, zero)], [(left, top), (right, top)], colour)

    def upright(self, at: float, dash: str = "6 5") -> Element:
        """A vertical line over the whole height."""
        ends = [(at, self.y.low), (at, self.y.high)]
        return self.line(ends, "var(--ink)", 1.5, dash)

    def _path(self, points: Points) -> str:
        return " ".join(f"{self.x.at(x):.1f},{SIDE - self.y.at(y):.1f}" for x, y in points)

    def drawn(self, label: str, marks: Iterable[Element], height: int) -> Element:
        """The chart with its axes; ``label`` says what is seen to those who do not see it."""
        grid = [
            self.line([(self.x.low, at), (self.x.high, at)], "var(--line)", 1.0)
            for at, _ in self.y.ticks
        ]
        if self.y.low < 0.0:
            ends = [(self.x.low, 0.0), (self.x.high, 0.0)]
            grid.append(self.line(ends, "var(--quiet)", 1.0))
        rows = [
            node("span", text, cls="y", style=f"bottom:{self.y.percent(at)}")
            for at, text in self.y.ticks
        ]
        columns = [
            node("span", text, cls=_edge(self.x, at, number), style=f"left:{self.x.percent(at)}")
            for number, (at, text) in enumerate(self.x.ticks)
        ]
        return node(
            "div",
            node("p", self.y.title, cls="axis"),
            node("div", _svg(label, *grid, *marks), *rows, cls="pane", style=f"height:{height}px"),
            node("div", *columns, cls="xs"),
            node("p", self.x.title, cls="axis below") if self.x.title else None,
            cls="plot",
        )


def strip(axis: Axis, marks: Iterable[Element], label: str, even: float | None = None) -> Element:
    """One row of a chart of rows: its part of the grid, and marks at ``ROW`` units of height."""
    frame = Frame(axis, ROW)
    grid = [frame.line([(at, 0.0), (at, 1.0)], "var(--line)", 1.0) for at, _ in axis.ticks]
    line = [] if even is None else [frame.upright(even, "5 4")]
    return node("div", _svg(label, *grid, *line, *marks), cls="strip")


ROW = Axis(0.0, 1.0, ())
"""The height of a row."""


def foot(axis: Axis) -> Element:
    """The labels and the title under a chart of rows."""
    labels = (
        node("span", text, cls=_edge(axis, at, number), style=f"left:{axis.percent(at)}")
        for number, (at, text) in enumerate(axis.ticks)
    )
    return node("div", node("div", *labels, cls="xs"), node("p", axis.title, cls="axis below"))


def legend(entries: Iterable[tuple[str, str, str]]) -> Element:
    """Names with their colours; the mark is "area", "line" or "dot"."""
    return node(
        "ul",
        *(
            node("li", node("i", cls=mark, style=f"--key:{colour}"), name)
            for name, colour, mark in entries
        ),
        cls="legend",
        aria_hidden="true",
    )


def _edge(axis: Axis, at: float, number: int) -> str:
    """The class of a label: at an end of its axis, and whether a narrow chart leaves it out."""
    place = axis.at(at) / SIDE
    end = " first" if place < 0.06 else " last" if place > 0.94 else ""
    return f"x{end}{' odd' if axis.dense and number % 2 else ''}"


def _stroke(path: str, colour: str, width: float, dash: str = "") -> Element:
    dashed = {"stroke_dasharray": dash} if dash else {}
    style = f"stroke:{colour};stroke-width:{width:g}px"
    return node("path", d=path, cls="stroke", style=style, **dashed)


def _svg(label: str, *marks: Element) -> Element:
    return node(
        "svg",
        *marks,
        viewBox=f"0 0 {SIDE:g} {SIDE:g}",
        preserveAspectRatio="none",
        role="img",
        aria_label=label,
    )
