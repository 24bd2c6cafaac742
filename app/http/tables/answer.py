"""Answers as tables by ``Accept``: CSV holds one table, an Excel workbook all of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Query
from pydantic import BaseModel
from starlette.responses import Response

from app.contract.documents import OperationDocument
from app.errors import InvalidRequest, NoTable
from app.http.computed_answer import SerializedAnswer, serialize
from app.http.conditional import Conditional
from app.http.tables.accept import preferred_type
from app.services.catalog.finite import finite_document
from app.tables.answers import table_bytes
from app.tables.sheet import Json
from mmm.errors import Issue
from mmm.tables.formats import CSV, JSON, XLSX

TABLES: dict[str, Any] = {
    CSV: {"schema": {"type": "string"}},
    XLSX: {"schema": {"type": "string", "format": "binary"}},
}
"""The media types of an answer beside JSON, for a route's documented responses."""


@dataclass(frozen=True)
class TableWanted:
    """What the caller wants of an answer: a media type of tables or None for JSON, and which.

    ``strict``: whether the caller takes nothing but a table.
    """

    media_type: str | None
    name: str | None
    strict: bool = False

    @property
    def question(self) -> tuple[str, str]:
        """Tells answers apart that differ in form only."""
        return self.media_type or JSON, self.name or ""

    def serialize(self, kind: str, answer: BaseModel) -> SerializedAnswer:
        """The answer of this kind in the form wanted; raises NotFinite, or QueryError for a table
        that it does not have."""
        if self.media_type is None:
            return serialize(answer)
        return self._table(kind, finite_document(answer), self.media_type)

    def response(self, kind: str, answer: BaseModel) -> Response:
        """200 with the answer in the form wanted; raises like ``serialize``."""
        return _varied(self.serialize(kind, answer))

    def stored(self, kind: str, answer: BaseModel, conditional: Conditional) -> Response:
        """A conditional read of a stored document in the form wanted; raises like ``serialize``."""
        return self._tagged(answer, self.serialize(kind, answer), conditional)

    def of_result(
        self, kinds: Mapping[str, str], operation: OperationDocument, conditional: Conditional
    ) -> Response:
        """A conditional read of an operation; as a table, the part of its result that ``kinds``
        names. Raises NoTable for a caller that takes nothing else, and QueryError."""
        result = operation.result or {}
        found = next((name for name in kinds if result.get(name)), None)
        if found is not None and self.media_type is not None:
            table = self._table(kinds[found], result[found], self.media_type)
            return self._tagged(operation, table, conditional)
        if self.strict:
            detail = f"The operation {operation.id} ({operation.kind}, {operation.status}) has no"
            raise NoTable(f"{detail} table; ask for JSON, or wait until it has succeeded.")
        return self._tagged(operation, serialize(operation), conditional)

    def _table(self, kind: str, document: Json, media_type: str) -> SerializedAnswer:
        return SerializedAnswer(table_bytes(kind, document, media_type, self.name), media_type)

    def _tagged(
        self, document: BaseModel, made: SerializedAnswer, conditional: Conditional
    ) -> Response:
        """The answer with a tag of its document, since a workbook holds the time of writing."""
        parts = ("\n".join(self.question), document.model_dump_json())
        tag = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
        return conditional.tagged(f'"{tag}"', _varied(made), vary="Accept")


async def table_wanted(
    accept: Annotated[str, Header(description="JSON, text/csv, or that of .xlsx.")] = "*/*",
    table: Annotated[
        str | None,
        Query(
            max_length=50,
            description="Of CSV and workbook: one table of the answer, by name; CSV holds the "
            "first unless another is named.",
        ),
    ] = None,
) -> TableWanted:
    """The form of the answer (a dependency of the routes); raises InvalidRequest."""
    media_type, strict = preferred_type(accept)
    if table is not None and media_type is None:
        detail = f"{table!r} names a table of CSV or a workbook; Accept asks for JSON"
        raise InvalidRequest([Issue("/table", "no_table_wanted", detail)])
    return TableWanted(media_type, table, strict)


WantedTable = Annotated[TableWanted, Depends(table_wanted)]


def _varied(made: SerializedAnswer) -> Response:
    response = made.response()
    response.headers["vary"] = "Accept"
    return response
