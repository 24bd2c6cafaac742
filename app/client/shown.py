"""A document with tables: pandas takes them on, a notebook shows them."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence

import pandas as pd
from pydantic import BaseModel

from app.client.errors import ClientError
from app.client.frames import page

type Frames = Mapping[str, pd.DataFrame]


class Shown(BaseModel):
    """An answer with tables: ``frames`` by name, the first of them is the one that is meant."""

    @abstractmethod
    def frames(self) -> Frames:
        """The tables; an interval has a column each for mean, p5, p50 and p95."""

    @abstractmethod
    def headline(self) -> str:
        """The answer in one sentence."""

    def frame(self, name: str | None = None) -> pd.DataFrame:
        """One table; raises ClientError for a name that there is not."""
        found = self.frames()
        chosen = next(iter(found)) if name is None else name
        if chosen not in found:
            raise ClientError(f"there is no table {chosen!r}: ask for one of {', '.join(found)}")
        return found[chosen]

    def _repr_html_(self) -> str:
        return page(self.headline(), self.frames(), self._remarks())

    def _remarks(self) -> Sequence[str]:
        """What is to be said beside the tables."""
        return (*getattr(self, "warnings", ()), *getattr(self, "notes", ()))
