"""Bars while an operation is waited for: in a terminal or a notebook, and nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from app.client.notebook import NotebookBars
from app.contract.documents import OperationDocument
from app.display.progress import FitProgress

type Tell = Callable[[OperationDocument], None]


@contextmanager
def bars(console: Console | None = None) -> Iterator[Tell]:
    """Those of the place where this runs, or of a given console: told how an operation stands."""
    found = console or Console(stderr=True)
    if console is None and found.is_jupyter:
        yield NotebookBars().tell
        return
    with FitProgress(found, silent=not found.is_terminal) as shown:
        yield lambda told: shown.show(told.stage or told.status, told.progress, told.chains)
