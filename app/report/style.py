"""The common style of the figures: one colour per channel in all of them, and the layout."""

from collections.abc import Sequence

import plotly.graph_objects as go

CHANNEL_COLOURS = (
    "#2f6f9f", "#d9822b", "#3d9970", "#a34b78", "#7a6bb0", "#b39b2d", "#4fa3a5", "#c0534f",
    "#6d8c3a", "#8a6d5a",
)  # fmt: skip
BASELINE, PRICE, RIVAL, CONTROL, OTHER = "#c9ced6", "#8d99ae", "#5c677d", "#b7c4a8", "#e3e3e3"
INK, FAINT, ACCENT = "#26323f", "#e6e9ee", "#2f6f9f"
KIND_COLOURS = {
    "baseline": BASELINE,
    "price": PRICE,
    "rival_price": "#adb5c4",
    "rival_spend": RIVAL,
    "control": CONTROL,
}


def channel_colours(names: Sequence[str]) -> dict[str, str]:
    """A colour for each channel, by its position."""
    return {name: CHANNEL_COLOURS[i % len(CHANNEL_COLOURS)] for i, name in enumerate(names)}


def translucent(colour: str, opacity: float) -> str:
    """``#rrggbb`` as an rgba colour with the given opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def apply_layout(figure: go.Figure, height: int, **layout: object) -> go.Figure:
    """Apply the common layout to ``figure`` and return it."""
    figure.update_layout(
        height=height,
        margin={"l": 64, "r": 24, "t": 24, "b": 44},
        paper_bgcolor="white",
        plot_bgcolor="white",
        font={"family": "system-ui, sans-serif", "size": 13, "color": INK},
        legend={"orientation": "h", "y": -0.18},
        hoverlabel={"namelength": -1},
        **layout,
    )
    figure.update_xaxes(gridcolor=FAINT, zerolinecolor="#9aa5b1")
    figure.update_yaxes(gridcolor=FAINT, zerolinecolor="#9aa5b1")
    return figure
