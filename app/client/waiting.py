"""Bars while an operation is waited for: in a terminal or a notebook, and nowhere else."""

from types import TracebackType
from typing import Protocol, Self

from rich.console import Console

from app.client.notebook import NotebookBars
from app.console.progress import FitProgress
from app.documents import OperationDocument


class Bars(Protocol):
    """Shows how far an operation is; a context manager."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave what was shown last."""
        ...

    def tell(self, operation: OperationDocument) -> None:
        """The operation as it stands."""
        ...


class TerminalBars(FitProgress):
    """Bars of a terminal; silent where the console is none."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, silent=not console.is_terminal)

    def tell(self, operation: OperationDocument) -> None:
        """The operation as it stands."""
        chains = [chain.model_dump() for chain in operation.chains]
        self.show(operation.stage or operation.status, operation.progress, chains)


def bars(console: Console | None = None) -> Bars:
    """Those of the place where this runs, or of a given console."""
    found = console or Console(stderr=True)
    return NotebookBars() if console is None and found.is_jupyter else TerminalBars(found)
