"""Bars while an operation is waited for: in a terminal or a notebook, and nowhere else."""

from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Self

from rich.console import Console

from app.console.progress import FitProgress
from app.documents import OperationDocument


class Bars:
    """Progress of one operation; a context manager that is silent where nobody looks on."""

    def __init__(self, console: Console | None = None) -> None:
        found = console or Console(stderr=True)
        seen = found.is_terminal or found.is_jupyter
        self._bars = FitProgress(found) if seen else None
        self._context: AbstractContextManager[object] = self._bars or nullcontext()

    def __enter__(self) -> Self:
        self._context.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._context.__exit__(kind, error, trace)

    def show(self, operation: OperationDocument) -> None:
        """The operation as it stands."""
        if self._bars is not None:
            chains = [chain.model_dump() for chain in operation.chains]
            self._bars.show(operation.stage or operation.status, operation.progress, chains)
