"""The slide of a told plan, as the library reads it back: title, texts, chart, notes."""

import io
import zipfile

import openpyxl
import pytest
from pptx import Presentation

from app.report.plan import slide
from tests.app.told import HOSTILE, told_channel, told_plan
from tests.app.ui.browser import NOT_FOR_PLANNERS, too_precise


def read(content: bytes):
    (shown,) = Presentation(io.BytesIO(content)).slides
    return shown


def texts(shown) -> list[str]:
    frames = (shape.text_frame for shape in shown.shapes if shape.has_text_frame)
    return [paragraph.text for frame in frames for paragraph in frame.paragraphs if paragraph.text]


def chart_of(shown):
    (found,) = (shape.chart for shape in shown.shapes if shape.has_chart)
    return found


def workbook_of(content: bytes):
    deck = zipfile.ZipFile(io.BytesIO(content))
    (name,) = (name for name in deck.namelist() if name.endswith(".xlsx"))
    return openpyxl.load_workbook(io.BytesIO(deck.read(name))).active


def test_the_title_is_the_finding_and_the_groups_are_told() -> None:
    shown = read(slide(told_plan()))
    title = "Moving €58,900 is expected to bring €47,000 of extra profit"
    assert shown.shapes.title.text_frame.text == title
    told = texts(shown)
    for wanted in (
        "First quarter: 30 Dec 2024 to 30 Mar 2025, beside the same weeks of last year",
        "Likely between €18,800 and €79,900.",
        "Do now",
        "Test first",
        "Hold",
        "Leave tv as it is.",
    ):
        assert wanted in told
    assert any("17 of 20 cases, if the model is right; in 19 of 20 by" in text for text in told)


def test_the_chart_can_be_edited_and_holds_both_plans() -> None:
    content = slide(told_plan())
    chart = chart_of(read(content))
    names = ["social", "tv", "search", "video"]
    assert [*chart.plots[0].categories] == names
    today, planned = chart.plots[0].series
    assert [*today.values] == [120_000.0, 173_000.0, 146_000.0, 18_900.0]
    assert [*planned.values] == [179_000.0, 173_000.0, 86_800.0, 18_900.0]
    rows = [*workbook_of(content).values]
    assert rows[1] == ("social", 120_000, 179_000)


def test_the_notes_have_every_channel_and_what_was_assumed() -> None:
    many = tuple(told_channel(f"channel {at}", 100.0 + at, 200.0 - at) for at in range(40))
    shown = read(slide(told_plan(channels=many)))
    notes = shown.notes_slide.notes_text_frame.text
    assert all(f"channel {at}: today €" in notes for at in range(40))
    assert "held at the last value: price" in notes
    bars = [*chart_of(shown).plots[0].categories]
    assert len(bars) == 10
    assert bars[-1] == "31 others"
    assert any("and 36 others" in text for text in texts(shown))


def test_names_are_text_wherever_they_stand() -> None:
    names = (HOSTILE, "=1+1", "{=SUM(A1)}", "a&b <c>", "x" * 200)
    many = tuple(told_channel(name, 100.0, 200.0 + at) for at, name in enumerate(names))
    content = slide(told_plan(name=HOSTILE, channels=many))
    shown = read(content)
    assert any(HOSTILE in text for text in texts(shown))
    cells = [row[0] for row in workbook_of(content).values][1:]
    assert {"'=1+1", "'{=SUM(A1)}", "a&b <c>"} <= {*cells}
    assert max(len(cell) for cell in cells) <= 33
    sheet = workbook_of(content)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_a_loss_is_told_as_one_and_no_change_as_none() -> None:
    told = told_plan()
    loss = told.model_copy(update={"extra": told.extra.model_copy(update={"mean": -1234.5})})
    title = read(slide(loss)).shapes.title.text_frame.text
    assert title == "Moving €58,900 is expected to lose €1,230 against today's plan"
    still = told_plan(channels=(told_channel("tv", 100.0, 100.0),))
    assert read(slide(still)).shapes.title.text_frame.text == "Keep today's plan"


@pytest.mark.parametrize("changes", [{}, {"chances_in_20": None}, {"standing": "not_ready"}])
def test_no_word_and_no_figure_that_a_planner_must_not_meet(changes) -> None:
    for text in texts(read(slide(told_plan(**changes)))):
        assert NOT_FOR_PLANNERS.search(text) is None, text
        assert too_precise(text) == [], text
