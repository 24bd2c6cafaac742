"""Request bodies of fits, refits, simulations and lift tests: data, model, sampling."""

import json
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any, Literal, Self

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import (
    any_schema,
    dict_schema,
    list_schema,
    no_info_plain_validator_function,
    str_schema,
)

from app.contract.base import Name, RequestBody, ResourceId
from mmm.errors import DataError, FieldsError, Issue, pointer
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import ModelSpec
from mmm.spec.sampling import SamplingSpec
from mmm.spec.sizes import LONGEST_NAME, MOST_LIFT_TESTS
from mmm.tables.limits import MOST_COLUMNS, MOST_ROWS
from mmm.tables.recipe import Recipe

LONGEST_RESULT = 200
"""Columns of a row of another tool's results."""

type TestId = Annotated[ResourceId, Field(description="Id of a registered lift test.")]

type ResultRow = Annotated[
    dict[Annotated[str, Field(max_length=LONGEST_NAME)], Any], Field(max_length=LONGEST_RESULT)
]


def _kind(item: Any) -> str:
    return "id" if isinstance(item, str) else "test"


type TestOrId = Annotated[
    Annotated[LiftTest, Tag("test")] | Annotated[TestId, Tag("id")], Discriminator(_kind)
]


class ModelBody(ModelSpec):
    """A model specification whose lift tests are given inline or by their registered id."""

    lift_tests: Annotated[tuple[TestOrId, ...], Field(max_length=MOST_LIFT_TESTS)] = ()  # type: ignore[assignment]


@dataclass(frozen=True)
class Rows:
    """The rows of a table, kept as the JSON document ``{"rows": [...]}``."""

    content: bytes

    @classmethod
    def of(cls, rows: Any) -> Self:
        """The document of a list of objects, whose keys and cells are checked where the table is
        read.

        Raises DataError for a number beyond floats, which became infinite.
        """
        if not isinstance(rows, list):
            raise PydanticCustomError("list_type", "Input should be a valid list")
        if len(rows) > MOST_ROWS:
            message = "List should have at most {most} items"
            raise PydanticCustomError("too_long", message, {"most": MOST_ROWS})
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                raise FieldsError([Issue(pointer(index), "dict_type", "is not an object")])
        infinite = [
            Issue(
                pointer("data", "rows", index, column),
                "too_large",
                f"row {index + 1}, column {column!r}: the number is beyond what a float can hold",
            )
            for index, row in enumerate(rows)
            for column, cell in row.items()
            if isinstance(cell, float) and not isfinite(cell)
        ]
        if infinite:
            raise DataError(infinite)
        return cls(json.dumps({"rows": rows}, separators=(",", ":")).encode())

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_plain_validator_function(cls.of)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(
            list_schema(
                dict_schema(
                    str_schema(max_length=LONGEST_NAME), any_schema(), max_length=MOST_COLUMNS
                ),
                max_length=MOST_ROWS,
            )
        )


class FitData(RequestBody):
    """A stored dataset, or inline rows."""

    dataset_id: ResourceId | None = None
    rows: Rows | None = None
    read: Recipe | None = Field(default=None, description="How inline rows are read.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.dataset_id is None) == (self.rows is None):
            raise ValueError('give either "dataset_id" or "rows"')
        if self.dataset_id is not None and self.read is not None:
            raise ValueError('a data set has a recipe of its own; "read" belongs to "rows"')
        return self


SECOND_MODEL: Any = Field(
    default=True, description="Fit a second model of another structure afterwards, for the plans."
)


class FitBody(RequestBody):
    """What to fit, to which data, and how."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "data": {"dataset_id": "ds_01jd4q8z6k3v5x7y9b2c4d6f8g"},
                    "model": {
                        "kpi": {"column": "sales", "kind": "revenue"},
                        "date": "week",
                        "channels": ["tv", {"name": "search", "column": "search_spend"}],
                        "price": {"column": "price"},
                    },
                    "sampling": {"draws": 1000, "tune": 1000, "chains": 4, "seed": 0},
                    "name": "weekly refit",
                }
            ]
        }
    )

    data: FitData
    model: ModelBody
    sampling: SamplingSpec = SamplingSpec()
    name: Name | None = None
    project: Name | None = None
    second_model: bool = SECOND_MODEL


class RefitBody(RequestBody):
    """New weeks for a model; the data may include its past weeks.

    ``model`` and ``sampling`` default to those of the previous fit.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"data": {"rows": [{"week": "2024-07-01", "sales": 1180, "tv": 200, "price": 9.9}]}}
            ]
        }
    )

    data: FitData
    restated: Literal["refuse", "accept"] = Field(
        default="refuse", description="What to do if values of past weeks have changed."
    )
    model: ModelBody | None = Field(default=None, description="A changed specification.")
    sampling: SamplingSpec | None = None
    name: Name | None = None
    project: Name | None = None
    second_model: bool = SECOND_MODEL


class SimulateBody(RequestBody):
    """The model to simulate from, and the data that give spend, prices and events."""

    data: FitData
    model: ModelBody
    draws: int = Field(default=200, ge=20, le=2000, description="Simulated datasets.")
    datasets: int = Field(default=1, ge=0, le=20, description="Number of datasets to store.")
    seed: int = Field(default=0, ge=0, le=2**32 - 1)


class LiftTestsBody(RequestBody):
    """Lift tests, or ``rows`` of another tool's results in the given ``format``."""

    tests: list[LiftTest] | None = Field(default=None, min_length=1, max_length=MOST_LIFT_TESTS)
    rows: list[ResultRow] | None = Field(default=None, min_length=1, max_length=MOST_LIFT_TESTS)
    format: Literal["pymc-marketing", "causalpy", "geolift", "platform"] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.tests is None) == (self.rows is None):
            raise ValueError('give either "tests" or "rows"')
        if (self.rows is None) != (self.format is None):
            raise ValueError('"rows" need a "format"; "tests" must not have one')
        return self
