"""JSON serialization of job rows: a row that claims to be pickled is refused, not loaded.

The engine's library falls back to pickle and unpickles any row marked so, whichever serializer is
set. Write access to the database must not become a way to run code here.
"""

from typing import Any, NoReturn

from dbos._serialization import DBOSPortableJSON, DefaultSerializer, Serializer


class PickleRefused(Exception):
    """A job row is marked as pickled; delete the row, which no part of this service wrote."""


def json_serializer() -> Serializer:
    """The serializer of all job rows."""
    return DBOSPortableJSON


def refuse_pickle() -> None:
    """Replace the library's pickling, for every instance of it in this process."""
    setattr(DefaultSerializer, "serialize", _refuse)  # noqa: B010  (a method, for mypy)
    setattr(DefaultSerializer, "deserialize", _refuse)  # noqa: B010


def _refuse(_self: Serializer, _data: Any) -> NoReturn:
    raise PickleRefused("pickled job data are refused")
