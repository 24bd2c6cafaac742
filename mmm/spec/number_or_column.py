"""A quantity that is one number, or a column of the table with a number for each week.

A union of both would report its errors at places below the field; here they are the field's own.
"""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import PlainValidator, TypeAdapter, ValidationError
from pydantic_core import PydanticKnownError

from mmm.spec.base import Column
from mmm.spec.numbers import NotNegative, PartOfOne, Positive

_COLUMN: TypeAdapter[Any] = TypeAdapter(Column)


def _validator(number: Any) -> Callable[[Any], float | str]:
    of_number: TypeAdapter[Any] = TypeAdapter(number)

    def validate(value: Any) -> float | str:
        try:
            valid: float | str = (_COLUMN if isinstance(value, str) else of_number).validate_python(
                value
            )
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise PydanticKnownError(first["type"], first.get("ctx")) from error  # type: ignore[arg-type]
        return valid

    return validate


PositiveOrColumn = Annotated[
    float | str, PlainValidator(_validator(Positive), json_schema_input_type=Positive | Column)
]

NotNegativeOrColumn = Annotated[
    float | str,
    PlainValidator(_validator(NotNegative), json_schema_input_type=NotNegative | Column),
]

ShareOrColumn = Annotated[
    float | str, PlainValidator(_validator(PartOfOne), json_schema_input_type=PartOfOne | Column)
]
