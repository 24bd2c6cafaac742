"""Bars in a notebook: one output of plain HTML, replaced as things go on.

Needs no widgets: IPython, which is there where a notebook is, replaces an output by its id.
"""

from collections.abc import Iterator
from html import escape
from importlib import import_module
from types import TracebackType
from typing import Any, Self

from app.documents import OperationDocument


class NotebookBars:
    """A bar for the operation and one for each chain; a context manager."""

    def __init__(self) -> None:
        self._ipython: Any = import_module("IPython.display")
        self._output = self._ipython.DisplayHandle()
        self._shown = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """What was shown last stays."""

    def tell(self, operation: OperationDocument) -> None:
        """The operation as it stands."""
        page = bars_page(operation)
        if page != self._shown:
            show = self._output.update if self._shown else self._output.display
            show(self._ipython.HTML(page))
        self._shown = page


def bars_page(operation: OperationDocument) -> str:
    """The bars as a table of HTML."""
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
    for chain in operation.chains:
        note = "warm-up" if chain.tuning else "sampling"
        if chain.draws_done >= chain.draws_total:
            note = "done"
        if chain.divergences:
            note += f", {chain.divergences} divergences"
        yield f"chain {chain.chain + 1}", chain.draws_done / max(chain.draws_total, 1), note
