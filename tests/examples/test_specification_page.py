"""docs/specification.md names every part of a specification, and its example is valid."""

import json
import re
from pathlib import Path

from mmm.spec.fields import ModelFields
from mmm.spec.model import parse_spec

PAGE = (Path(__file__).parents[2] / "docs" / "specification.md").read_text("utf-8")


def test_the_example_is_valid() -> None:
    (document,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert parse_spec(json.loads(document)).channels[0].name == "tv"


def test_every_field_is_on_the_page() -> None:
    assert {name for name in ModelFields.model_fields if f"`{name}`" not in PAGE} == set()
