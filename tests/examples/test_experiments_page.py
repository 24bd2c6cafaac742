"""docs/experiments.md: the example prints what the page says; its interval holds the truth."""

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "experiments.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_an_example_prints_what_the_page_says(code: str, printed: str) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, {"__name__": "page"})
    assert out.getvalue() == printed


def test_there_is_an_example() -> None:
    assert EXAMPLES


def test_the_truth_of_the_example_lies_in_its_interval() -> None:
    names: dict = {"__name__": "page"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(next(code for code, _ in EXAMPLES if "truth" in code), names)
    interval = names["answer"].incremental
    assert interval.p2_5 < names["truth"] < interval.p97_5
