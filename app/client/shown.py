"""A document with tables: data frames where they are asked for, which is when pandas is loaded."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel

from app.client.errors import ClientError
from app.client.rows import Rows

if TYPE_CHECKING:
    from pandas import DataFrame

type Tables = Mapping[str, Rows]


class Shown(BaseModel):
    """An answer with tables: ``tables`` by name, of which the first is the main one."""

    @abstractmethod
    def tables(self) -> Tables:
        """The rows of each table; an interval has a column each for mean, p5, p50 and p95."""

    @abstractmethod
    def headline(self) -> str:
        """The answer in one sentence."""

    def frames(self) -> "dict[str, DataFrame]":
        """The tables as data frames (loads pandas)."""
        from app.client.frames import to_frame

        return {name: to_frame(rows) for name, rows in self.tables().items()}

    def frame(self, name: str | None = None) -> "DataFrame":
        """One table; raises ClientError for a name that there is not."""
        frames = self.frames()
        chosen = next(iter(frames)) if name is None else name
        if chosen not in frames:
            raise ClientError(f"there is no table {chosen!r}: ask for one of {', '.join(frames)}")
        return frames[chosen]

    def _repr_html_(self) -> str:
        from app.client.frames import page

        return page(self.headline(), self.frames(), self._remarks())

    def _remarks(self) -> Sequence[str]:
        """What is to be said beside the tables."""
        return (*getattr(self, "warnings", ()), *getattr(self, "notes", ()))
