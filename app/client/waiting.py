"""Progress bars while waiting for an operation, in a terminal or a notebook."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from app.client.notebook import NotebookBars
from app.contract.documents import OperationDocument
from app.display.progress import FitProgress

type ShowOperation = Callable[[OperationDocument], None]


@contextmanager
def bars(console: Console | None = None) -> Iterator[ShowOperation]:
    """Yield a function that shows an operation's progress on the console or in the notebook."""
    output = console or Console(stderr=True)
    if console is None and output.is_jupyter:
        yield NotebookBars().show
        return
    with FitProgress(output, silent=not output.is_terminal) as progress:
        yield lambda operation: progress.show(
            operation.stage or operation.status, operation.progress, operation.chains
        )
