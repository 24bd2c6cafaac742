"""Progress bars in a notebook: one output of plain HTML, replaced while an operation runs.

It needs no widgets: IPython, which every notebook has, replaces an output by its id.
"""

from collections.abc import Iterator
from html import escape
from importlib import import_module
from typing import Any

from app.contract.documents import OperationDocument
from app.display.progress import chain_bar


class NotebookBars:
    """A bar for the operation and one for each chain; the last state remains visible."""

    def __init__(self) -> None:
        self._ipython: Any = import_module("IPython.display")
        self._output = self._ipython.DisplayHandle()
        self._shown = ""

    def show(self, operation: OperationDocument) -> None:
        """Show the current state of the operation."""
        page = bars_page(operation)
        if page != self._shown:
            show = self._output.update if self._shown else self._output.display
            show(self._ipython.HTML(page))
        self._shown = page


def bars_page(operation: OperationDocument) -> str:
    """The bars as an HTML table."""
    rows = (
        f"<tr><td>{escape(title)}</td><td><progress max='1' value='{share:.3f}'></progress></td>"
        f"<td>{share:.0%}</td><td>{escape(note)}</td></tr>"
        for title, share, note in _bars(operation)
    )
    return f"<table>{''.join(rows)}</table>"


def _bars(operation: OperationDocument) -> Iterator[tuple[str, float, str]]:
    """Title, share in [0, 1] and note of each bar."""
    running = operation.status == "running"
    stage = operation.stage if running and operation.stage else operation.status
    left = operation.eta_seconds if running else None
    yield stage, operation.progress, "" if left is None else f"about {left:.0f} s left"
    yield from (chain_bar(chain, complete="done") for chain in operation.chains)
