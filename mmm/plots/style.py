"""The looks of all figures: one colour per channel in all of them, and the layout of a page."""

from collections.abc import Sequence
from typing import Any

CHANNEL_COLOURS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1", "#b39b2d",
    "#7f7f7f", "#5ab4ac",
)  # fmt: skip
"""Colours that colour-blind readers can tell apart, by the position of a channel."""
BASE, INK, QUIET, LINE, ACCENT = "#9aa7b1", "#1d2a30", "#55646c", "#e2e0d9", "#0b5c6b"
BAND, SEEN, BARS = "rgba(11,92,107,0.18)", "rgba(11,92,107,0.06)", "rgba(85,100,108,0.28)"


def channel_colours(names: Sequence[str]) -> dict[str, str]:
    """A colour for each channel, by its position."""
    return {name: CHANNEL_COLOURS[i % len(CHANNEL_COLOURS)] for i, name in enumerate(names)}


def translucent(colour: str, opacity: float) -> str:
    """``#rrggbb`` as an rgba colour with the given opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def layout(title: str, height: int, **more: Any) -> dict[str, Any]:
    """The layout of a figure; ``title`` says its finding."""
    return {
        "title": {"text": title, "x": 0.0, "xanchor": "left", "xref": "paper"},
        "height": height,
        "margin": {"l": 70, "r": 24, "t": 64, "b": 56},
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "legend": {"orientation": "h", "y": -0.18},
        "hoverlabel": {"namelength": -1},
        "separators": ".,",
    } | more


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """The looks of an axis."""
    return {
        "title": {"text": title},
        "gridcolor": LINE,
        "zerolinecolor": QUIET,
        "automargin": True,
    } | more
