"""NaN and infinity, which JSON cannot represent: an answer has none; a stored check may have.

What a caller asks for may lie so far from the data that no finite number answers it. That is then
said, with the field: a null in its place would be read as "not asked", and a zero as an answer.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from app.errors import NotFinite
from mmm.errors import Issue, pointer

MOST_ISSUES = 20


def require_finite(answer: BaseModel) -> None:
    """Raise NotFinite, which names the fields, for an answer that holds NaN or infinity."""
    if _is_finite(answer):
        return
    issues: list[Issue] = []
    for path, number in _not_finite(answer):
        if len(issues) < MOST_ISSUES:
            detail = (
                f"{pointer(*path)} of the answer is {_named(number)}: with these numbers the model "
                "leaves what can be computed; stay closer to the observed data"
            )
            issues.append(Issue("", "not_finite", detail))
    raise NotFinite(issues)


def finite_document(answer: BaseModel) -> dict[str, Any]:
    """The answer as JSON data; raises NotFinite."""
    require_finite(answer)
    return answer.model_dump(mode="json")


def without_nan(value: Any) -> Any:
    """Replace NaN and infinity (R-hat of one chain) by null, in documents of any depth."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and value - value != 0.0 else value


def _is_finite(answer: BaseModel) -> bool:
    """Whether no number of the answer is NaN or infinite; quick, since nearly all are finite."""
    waiting: list[Any] = [answer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, float):
            if value - value != 0.0:
                return False
        elif isinstance(value, BaseModel):
            waiting.extend(value.__dict__.values())
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
    return True


def _not_finite(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], float]]:
    """Each NaN or infinity in ``value`` with its path."""
    if isinstance(value, float):
        if value - value != 0.0:
            yield path, value
    elif isinstance(value, BaseModel):
        yield from _not_finite(value.__dict__, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _not_finite(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _not_finite(item, (*path, index))


def _named(number: float) -> str:
    return "not a number" if number != number else "infinite"
