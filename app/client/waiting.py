"""Bars while an operation is waited for: in a terminal or a notebook, and nowhere else."""

from rich.console import Console

from app.console.progress import FitProgress
from app.documents import OperationDocument


class Bars(FitProgress):
    """Progress of one operation; silent where nobody looks on."""

    def __init__(self, console: Console | None = None) -> None:
        found = console or Console(stderr=True)
        super().__init__(found, silent=not (found.is_terminal or found.is_jupyter))

    def tell(self, operation: OperationDocument) -> None:
        """The operation as it stands."""
        chains = [chain.model_dump() for chain in operation.chains]
        self.show(operation.stage or operation.status, operation.progress, chains)
