"""Progress bars of a fit, one overall and one per chain, for a local or a remote fit."""

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from mmm.progress import ChainProgress
from mmm.progress import Progress as FitReport

if TYPE_CHECKING:
    from app.contract.documents import ChainDocument

WHOLE = -1
AFTER_SAMPLING = frozenset({"postprocessing", "comparing", "storing"})


type ChainReport = ChainProgress | ChainDocument
"""The progress of a chain: of a fit in this process, or of one on a service."""


class FitProgress:
    """Progress bars of a fit, as a context manager; written to standard error unless ``silent``."""

    def __init__(self, console: Console | None = None, *, silent: bool = False) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<16}"),
            BarColumn(bar_width=32),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[note]}"),
            TimeRemainingColumn(compact=True),
            console=console or Console(stderr=True),
            transient=False,
            disable=silent,
        )
        self._tasks: dict[int, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._update(WHOLE, "done", 1.0, "")
        self._bars.stop()

    def show(self, stage: str | None, share: float, chains: Sequence[ChainReport]) -> None:
        """Show a report: stage, progress in [0, 1], and each chain's draws and divergences."""
        self._update(WHOLE, stage or "queued", share, "")
        if stage in AFTER_SAMPLING:
            for key in self._tasks.keys() - {WHOLE}:
                self._bars.update(self._tasks[key], completed=1.0)
            return
        for chain in chains:
            title, share, note = chain_bar(chain)
            self._update(chain.chain, f"  {title}", share, note)

    def follow(self, progress: FitReport) -> None:
        """Show a report of a fit in this process."""
        self.show(progress.stage, progress.progress, progress.chains)

    def _update(self, key: int, title: str, share: float, note: str) -> None:
        if key not in self._tasks:
            self._tasks[key] = self._bars.add_task(title, total=1.0, note=note)
        self._bars.update(self._tasks[key], description=title, completed=share, note=note)


def chain_bar(chain: ChainReport, complete: str = "sampling") -> tuple[str, float, str]:
    """Title, share in [0, 1] and note of a chain's bar; ``complete`` is the note of a finished
    chain."""
    note = "warm-up" if chain.tuning else "sampling"
    if chain.draws_done >= chain.draws_total:
        note = complete
    if chain.divergences:
        note += f", {chain.divergences} divergences"
    return f"chain {chain.chain + 1}", chain.draws_done / max(chain.draws_total, 1), note
