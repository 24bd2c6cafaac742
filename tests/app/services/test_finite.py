"""NaN and infinity in an answer are found wherever they are, and named by their field."""

import math
from typing import Any

import pytest
from pydantic import BaseModel

from app.errors import NotFinite
from app.services.catalog.finite import MOST_ISSUES, finite_document, require_finite
from mmm.interval import Interval

ONE = Interval(mean=1.0, p5=1.0, p50=1.0, p95=1.0)


class Answer(BaseModel):
    rows: tuple[Interval, ...] = (ONE,)
    spend: dict[str, float] = {"tv": 1.0}
    gap: float | None = None
    weeks: int = 10**400


PLACES = {
    "/rows/1/p5": {"rows": (ONE, ONE.model_copy(update={"p5": math.nan}))},
    "/spend/a~1b": {"spend": {"tv": 1.0, "a/b": -math.inf}},
    "/gap": {"gap": math.inf},
}


@pytest.mark.parametrize(("place", "fields"), PLACES.items(), ids=PLACES.keys())
def test_the_field_that_is_not_finite_is_named(place: str, fields: dict[str, Any]) -> None:
    with pytest.raises(NotFinite, match=f"^{place} of the answer is") as refused:
        require_finite(Answer(**fields))
    assert [issue.code for issue in refused.value.issues] == ["not_finite"]


def test_a_finite_answer_is_its_document() -> None:
    assert finite_document(Answer()) == Answer().model_dump(mode="json")


def test_of_many_fields_the_first_are_named() -> None:
    with pytest.raises(NotFinite) as refused:
        require_finite(Answer(spend={str(i): math.nan for i in range(1000)}))
    assert len(refused.value.issues) == MOST_ISSUES
