"""Arguments such as ``tv:scale=0`` become parts of a request, or say how to write them."""

import pytest
from typer import BadParameter

from app.console.arguments import channel_bounds, intervention


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tv:scale=0", {"variable": "tv", "scale": 0.0}),
        ("rival.spend:add=-1e3", {"variable": "rival.spend", "add": -1000.0}),
        (
            "price:set=9.9:start=2024-01-01:end=2024-02-05",
            {"variable": "price", "set": 9.9, "start": "2024-01-01", "end": "2024-02-05"},
        ),
        ("tv:shift=-2", {"variable": "tv", "shift": -2.0}),
        (
            "rival.price:follows=price:share=0.6:lag=1:start=2024-01-01",
            {
                "variable": "rival.price",
                "policy": {"follows": "price", "share": 0.6, "lag": 1.0},
                "start": "2024-01-01",
            },
        ),
    ],
)
def test_an_intervention_is_read(text: str, expected: dict) -> None:
    assert intervention(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "tv", "tv:scale", "tv:scale=x", "tv:double=2", ":scale=1", "tv:scale=1:scale=2"),
        *("tv:start=2024-01-01", "rival.price:follows=price", "rival.price:share=0.6:lag=1"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadParameter):
        intervention(text)


def test_limits_are_gathered_by_channel() -> None:
    found = channel_bounds(
        {"min": ["tv=5", "a=b=1"], "max": ["tv=9"], "fixed": [], "max_change": []}
    )
    assert found == {"tv": {"min": 5.0, "max": 9.0}, "a=b": {"min": 1.0}}


@pytest.mark.parametrize("item", ["tv", "=5", "tv=much"])
def test_a_limit_without_channel_or_number_is_refused(item: str) -> None:
    with pytest.raises(BadParameter):
        channel_bounds({"max_change": [item]})
