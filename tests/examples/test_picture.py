"""The picture of a plan in the README: drawn from a fit, small, and readable as text."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from mmm.interval import Interval
from scripts.plan_picture import Channel, Picture, main, narrow, wide

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
FILES = sorted(set(re.findall(r"docs/[\w-]+\.svg", README)))
MOST_BYTES = 150_000

RETURN = Interval(mean=1.4, p5=0.2, p50=1.3, p95=3.6)
EXTREMES = Picture(
    "A plan",
    ("the same total:", "1 k more"),
    (
        Channel("<tv> & radio", 104, current=0.0, planned=5_000.0, marginal_roi=RETURN),
        Channel("video", 3, current=80_000.0, planned=100.0, marginal_roi=RETURN),
        Channel("print", 60, current=90_000.0, planned=0.0, marginal_roi=RETURN),
    ),
)


def words(drawn: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(drawn).iter() if element.text]


def test_the_readme_shows_a_wide_and_a_narrow_picture_and_says_what_is_on_them() -> None:
    assert FILES == ["docs/plan-narrow.svg", "docs/plan.svg"]
    (alternative,) = re.findall(r'<img alt="([^"]+)" src="docs/plan.svg"', README)
    assert len(alternative) > 40


@pytest.mark.parametrize("name", FILES)
def test_a_picture_is_small_and_needs_nothing_from_elsewhere(name: str) -> None:
    drawn = (ROOT / name).read_text("utf-8")
    assert len(drawn.encode()) < MOST_BYTES
    assert "href" not in drawn
    assert "prefers-color-scheme: dark" in drawn
    assert any("social 108 k to 201 k" in sentence for sentence in words(drawn))


@pytest.mark.parametrize("draw", [wide, narrow])
def test_extremes_are_drawn(draw) -> None:
    told = words(draw(EXTREMES))
    assert "<tv> & radio" in told
    assert "3 weeks only" in told
    assert {"5.0 k (new)", "0.1 k (almost off)", "0.0 k (off)"} <= set(told)


@pytest.mark.parametrize("draw", [wide, narrow])
def test_every_mark_lies_on_the_card(draw) -> None:
    root = ElementTree.fromstring(draw(EXTREMES))
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for element in root.iter():
        for name, most in (("x", width), ("x2", width), ("cx", width), ("y", height)):
            assert 0.0 <= float(element.get(name, 0.0)) <= most


@pytest.mark.slow
def test_the_picture_is_that_of_a_fit(tmp_path: Path) -> None:
    """Drawn again, each channel moves by about as much; draws may differ by machine."""
    main(tmp_path)
    for name in FILES:
        kept = moves_told((ROOT / name).read_text("utf-8"))
        drawn = moves_told((tmp_path / Path(name).name).read_text("utf-8"))
        assert len(kept) == 6
        assert drawn.keys() == kept.keys()
        total = sum(before for before, _ in kept.values())
        for channel, (before, after) in kept.items():
            assert drawn[channel][0] == before
            assert abs(drawn[channel][1] - after) < 0.05 * total, channel


def moves_told(drawn: str) -> dict[str, tuple[float, float]]:
    """Each channel's spend before and after, in thousands, as the picture's text says."""
    told = re.findall(r"(?:\. |; )(\w+) ([\d.,]+) k to ([\d.,]*\d) k", drawn)
    return {name: (amount(before), amount(after)) for name, before, after in told}


def amount(told: str) -> float:
    return float(told.replace(",", ""))
