"""A few marks of SVG in colours that follow the reader's light or dark background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

FONT = "-apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
RADIUS = 10


@dataclass(frozen=True)
class Look:
    """Colours by name, on a light and on a dark background; ``card`` and ``edge`` are the frame."""

    light: Mapping[str, str]
    dark: Mapping[str, str]


@dataclass(frozen=True)
class Mark:
    """One element of a drawing; ``colour`` is a name of the look."""

    tag: str
    attributes: Mapping[str, str | float]
    colour: str
    content: str = ""


def text(
    x: float,
    y: float,
    content: str,
    size: int = 14,
    colour: str = "ink",
    *,
    bold: bool = False,
    anchor: str = "start",
) -> Mark:
    weight = "600" if bold else "400"
    place: dict[str, str | float] = {"x": x, "y": y, "text-anchor": anchor}
    return Mark("text", place | {"font-size": size, "font-weight": weight}, colour, content)


def rectangle(x: float, y: float, width: float, height: float, colour: str) -> Mark:
    return Mark("rect", {"x": x, "y": y, "width": width, "height": height, "rx": 2}, colour)


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    colour: str,
    *,
    width: float = 1.0,
    dashed: bool = False,
) -> Mark:
    dash = {"stroke-dasharray": "4 3"} if dashed else {}
    ends: dict[str, str | float] = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return Mark("line", ends | {"stroke-width": width, "stroke-linecap": "round"} | dash, colour)


def drawing(width: float, height: float, look: Look, marks: Sequence[Mark], words: str) -> str:
    """The SVG document, on a card of its own; ``words`` describe it to those who do not see it."""
    card = {"x": 0.5, "y": 0.5, "width": width - 1, "height": height - 1, "rx": RADIUS}
    body = "\n".join([_element(Mark("rect", card, "card")), *map(_element, marks)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="img" font-family="{FONT}">\n'
        f"<desc>{escape(words)}</desc>\n<style>\n{_rules(look.light)}\n"
        f"@media (prefers-color-scheme: dark) {{\n{_rules(look.dark)}\n}}\n</style>\n"
        f"{body}\n</svg>\n"
    )


def _rules(colours: Mapping[str, str]) -> str:
    rules = [f".{name} {{ fill: {value} }}" for name, value in colours.items()]
    rules += [f"line.{name} {{ stroke: {value} }}" for name, value in colours.items()]
    halo = f"text {{ stroke: {colours['card']}; stroke-width: 3px; paint-order: stroke }}"
    return "\n".join([*rules, f".card {{ stroke: {colours['edge']} }}", halo])


def _element(mark: Mark) -> str:
    pairs = {
        name: f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
        for name, value in mark.attributes.items()
    }
    inside = "".join(f" {name}={quoteattr(value)}" for name, value in pairs.items())
    return f'<{mark.tag} class="{mark.colour}"{inside}>{escape(mark.content)}</{mark.tag}>'
