"""Formatting of numbers and tables for a terminal."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from typer import echo

if TYPE_CHECKING:
    from mmm.interval import Interval

NEGLIGIBLE = 1e-9
LARGE_CHANGE = 10.0
PLAIN_WIDTH = 120
"""Width in columns of an output that is not a terminal."""


def console() -> Console:
    """Standard output, wide enough for tables if it is not a terminal."""
    wide = Console()
    return wide if wide.is_terminal else Console(width=PLAIN_WIDTH)


def show[Answer: BaseModel](
    answer: Answer, as_json: bool, *tables: Callable[[Answer], Table], warnings: Iterable[str] = ()
) -> None:
    """Print an answer as JSON or as tables, with its warnings on standard error."""
    if as_json:
        echo(answer.model_dump_json(indent=2))
        return
    output = console()
    for table in tables:
        output.print(table(answer))
    for warning in warnings:
        echo(f"note: {warning}", err=True)


def figure(value: float) -> str:
    """A number with three significant digits, or a whole number with thousands separators."""
    if abs(value) < NEGLIGIBLE:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"


def interval(estimate: "Interval") -> str:
    """Mean and 90 % credible interval."""
    return f"{figure(estimate.mean)}  [{figure(estimate.p5)}, {figure(estimate.p95)}]"


def change(relative: float | None) -> str:
    """A relative change in percent, or as a multiple if it is large."""
    if relative is None:
        return "new"
    return f"{relative:+.0%}" if relative < LARGE_CHANGE else f"x {1.0 + relative:,.0f}"


def titled(
    title: str, heads: Iterable[str], rows: Iterable[Sequence[str]], right: tuple[int, ...]
) -> Table:
    """A table with a title; ``right`` are the columns of numbers."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for position, head in enumerate(heads):
        numeric = position in right
        table.add_column(head, justify="right" if numeric else "left", no_wrap=numeric)
    for row in rows:
        table.add_row(*row)
    return table
