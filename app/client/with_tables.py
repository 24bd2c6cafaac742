"""Base class of documents with tables; pandas is loaded when a data frame is requested."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from app.client.errors import ClientError
from app.client.rows import Rows

if TYPE_CHECKING:
    from pandas import DataFrame

type Tables = Mapping[str, Rows]


class WithTables(BaseModel):
    """A document with a headline and named tables, the first of which is the main one."""

    model_config = ConfigDict(defer_build=True)

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
        """One table, by default the main one; raises ClientError for an unknown name."""
        frames = self.frames()
        chosen = next(iter(frames)) if name is None else name
        if chosen not in frames:
            raise ClientError(f"there is no table {chosen!r}; the tables are {', '.join(frames)}")
        return frames[chosen]

    def _repr_html_(self) -> str:
        from app.client.frames import page

        return page(self.headline(), self.frames(), self._remarks())

    def _remarks(self) -> Sequence[str]:
        """Warnings and notes shown below the tables."""
        return (*getattr(self, "warnings", ()), *getattr(self, "notes", ()))
