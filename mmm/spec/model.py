"""ModelSpec: the declarative model, and the public JSON contract of a fit.

Only ``kpi``, ``date`` and ``channels`` are required; a channel or control may be just its column.
Everything is frozen and unknown fields are refused, so that a stored spec means one model forever.
The fields are in ``fields``; the rules between them are in ``rules``.
"""

from typing import Any, Self

from pydantic import ValidationError, model_validator

from mmm.errors import FieldsError, Issue, SpecError, first_issues, pointer
from mmm.spec.fields import ModelFields
from mmm.spec.rules import spec_issues


class ModelSpec(ModelFields):
    """The structural causal model of one KPI, as a declaration."""

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        issues = first_issues(spec_issues(self))
        if issues:
            raise FieldsError(issues)
        return self


def parse_spec(document: Any) -> ModelSpec:
    """Read a ModelSpec from parsed JSON; raises SpecError with one issue per field at fault."""
    try:
        return ModelSpec.model_validate(document)
    except ValidationError as error:
        raise SpecError(
            issue
            for item in error.errors(include_url=False)
            for issue in issues_of_error(dict(item))
        ) from error


def issues_of_error(item: dict[str, Any]) -> list[Issue]:
    """The issues behind one error of a pydantic ValidationError."""
    cause = item.get("ctx", {}).get("error")
    where = pointer(*item["loc"])
    if isinstance(cause, FieldsError):
        return [issue.under(where) for issue in cause.issues]
    return [Issue(where, str(item["type"]), str(item["msg"]))]
