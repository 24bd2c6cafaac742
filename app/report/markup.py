"""HTML and SVG as trees of elements: text and attributes are escaped where the tree is written."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, tostring

type Child = Element | str | None

_STACKED_FROM = 4
"""Columns from which on a table is a list of rows on a narrow screen."""


def node(tag: str, *children: Child, **attributes: str) -> Element:
    """An element; ``cls`` is its class, and ``_`` in a name of an attribute stands for ``-``."""
    named = {
        "class" if name == "cls" else name.replace("_", "-"): value
        for name, value in attributes.items()
    }
    element = Element(tag, named)
    for child in children:
        if isinstance(child, str):
            _append_text(element, child)
        elif child is not None:
            element.append(child)
    return element


def _append_text(element: Element, text: str) -> None:
    if len(element):
        last = element[-1]
        last.tail = (last.tail or "") + text
    else:
        element.text = (element.text or "") + text


def page_of(root: Element) -> str:
    """The whole document as text."""
    return "<!doctype html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[Child]], cls: str = "data") -> Element:
    """A table whose first column names its rows.

    A wide one is a list of rows on a narrow screen, where every amount says its column.
    """
    head = node("thead", node("tr", *(node("th", name, scope="col") for name in heads)))
    body = node("tbody", *(table_row(heads, row) for row in rows))
    stacked = " stacked" if len(heads) >= _STACKED_FROM else ""
    return node("table", head, body, cls=f"{cls}{stacked}")


def table_row(heads: Sequence[str], row: Sequence[Child], cls: str = "") -> Element:
    """One row; a cell without content is left out on a narrow screen."""
    first, *rest = row
    cells = [
        node("td", cell, **{"data-name": name}) if cell not in ("", None) else node("td")
        for name, cell in zip(heads[1:], rest, strict=True)
    ]
    extra = {"cls": cls} if cls else {}
    return node("tr", node("th", first, scope="row"), *cells, **extra)


def behind(title: str, *content: Child) -> Element:
    """What stands behind a click."""
    return node("details", node("summary", title), *content)


def bullets(items: Iterable[Child], cls: str = "") -> Element:
    """A list."""
    extra = {"cls": cls} if cls else {}
    return node("ul", *(node("li", item) for item in items), **extra)


def paragraph(*content: Child, cls: str = "") -> Element:
    """A paragraph."""
    extra = {"cls": cls} if cls else {}
    return node("p", *content, **extra)


def figure(
    title: str, drawing: Element, data: Element, *, about: str = "", level: str = "h3"
) -> Element:
    """A chart: a title that says the finding, the drawing, and the table behind it."""
    caption = node(
        "figcaption", node(level, title), paragraph(about, cls="quiet") if about else None
    )
    return node("figure", caption, drawing, behind("Table", data))
