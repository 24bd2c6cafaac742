"""The page of a told plan: what it says, what it escapes, and that it asks nothing of any host."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from app.contract.sharing.told_plan import ToldGrade, ToldPlan, ToldTest, ToldTime
from app.report.plan import ended, notice, page, policy
from app.report.plan.words import PlanWords
from mmm.interval import Interval
from tests.app.told import GRADES, HOSTILE, interval, told_channel, told_plan
from tests.app.ui.browser import NOT_FOR_PLANNERS, too_precise

MOST_BYTES = 300_000


class Parts(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._style = tag == "style"

    def handle_data(self, data) -> None:
        if data.strip() and not self._style:
            self.texts.append(data.strip())
        self._style = False


def sentence(plan: ToldPlan, group) -> str:
    return PlanWords(plan).sentence(group)


def test_it_says_what_to_do_how_much_it_earns_and_how_sure_that_is() -> None:
    text = "\n".join(Parts(page(told_plan())).texts)
    for told in (
        "First quarter",
        "30 Dec 2024 to 30 Mar 2025, beside the same weeks of last year.",
        "Raise social by €58,900; cut search by €58,900.",
        "This can be done now. Go further with video only after a test.",
        "€47,000",
        "Likely between €18,800 and €79,900.",
        "Inside these weeks: €40,000 (€16,000 to €68,000). Later: €7,010 (€2,800 to €11,900).",
        "in 17 of 20 cases,",
        "in 19 of 20 by a second model, built differently",
        "Try video in an experiment before going further.",
        "if a test confirms it, to €71,200; knowing is worth €7,140",
        "Leave tv as it is.",
        "+€58,900 (+49 %)",
        "€570 (€230 to €970)",
        "After 23 Dec 2024, held at the last value: price.",
        "The plan as it was on 30 Nov 2026.",
    ):
        assert told in text


def test_when_it_is_earned_is_left_out_where_an_older_release_told_the_plan() -> None:
    early = ToldTime(inside=interval(46_900.0), later=interval(126.3))
    assert "All of it comes inside these weeks." in page(told_plan(by_time=early))
    older = page(told_plan(by_time=None))
    assert "inside these weeks" not in older.lower()
    assert "Likely between €18,800 and €79,900." in older


def test_what_a_plan_is_worth_doing_is_said_first() -> None:
    lost = interval(-22_000.0)
    bad = told_plan(extra=lost)
    assert PlanWords(bad).advice == "Do not carry it out as it stands."
    assert PlanWords(bad).headline == (
        "This plan would raise social by €58,900 and cut search by €58,900, and lose about €22,000."
    )
    assert "It pays" not in sentence(bad, "do_now")
    text = page(bad)
    for promised in ("Do now", "Test first", "if a test confirms it", "before going further"):
        assert promised not in text
    smaller = (told_channel("tv", 100_000.0, 80_000.0),)
    advice = PlanWords(told_plan(extra=lost, channels=smaller)).advice
    assert advice == "Make it only if that money must be saved."
    given = told_channel("tv", 100_000.0, 120_000.0, now=110_000.0)
    moved = told_channel("radio", 50_000.0, 30_000.0, now=50_000.0, group="test_first")
    assert PlanWords(told_plan(channels=(given, moved))).advice == (
        "Not all of it can be defended yet. Of it, this can be done now: raise tv by €10,000. "
        "The rest waits for a test."
    )
    assert PlanWords(told_plan(channels=(moved,))).advice == (
        "None of it can be defended yet: test first."
    )


def test_a_test_that_would_leave_almost_nothing_says_so() -> None:
    given = told_channel("radio", 50_000.0, 30_000.0, test=ToldTest(to=41.7, worth=None))
    assert PlanWords(told_plan()).after_test(given) == "if a test confirms it, to almost nothing"


def test_dots_are_drawn_and_said() -> None:
    text = page(told_plan())
    assert text.count('class="full"') == 17 + 19
    assert 'aria-label="17 of 20"' in text


def test_without_odds_it_says_why_and_draws_no_dot() -> None:
    text = page(told_plan(chances_in_20=None, second=None))
    assert "rests on what could be coincidence" in text
    assert text.count("<circle") == 1, "the mean on its range"
    assert "two models" not in text


def test_a_plan_that_changes_nothing_is_told_as_a_result() -> None:
    still = (told_channel("tv", 100.0, 100.0), told_channel("radio", 50.0, 50.0))
    text = page(told_plan(channels=still))
    assert "Keep today&#39;s plan." in text
    assert 'class="big"' not in text


def test_a_held_channel_that_the_plan_moves_is_not_told_as_left_alone() -> None:
    moved = told_channel("tv", 100.0, 150.0, group="hold", now=100.0)
    plan = told_plan(channels=(moved, told_channel("radio", 50.0, 50.0)))
    left, moves = sentence(plan, "hold").split(". ")
    assert left == "Leave radio as it is"
    assert moves == "The plan moves tv, though no change there is worth its risk."
    assert sentence(plan, "do_now").startswith("Nothing")


@pytest.mark.parametrize(
    ("standing", "told"),
    [("draft", "is a draft"), ("stopped", "stopped early"), ("not_ready", "failed its checks")],
)
def test_what_speaks_against_the_model_stands_first(standing, told) -> None:
    text = page(told_plan(standing=standing))
    assert text.index(told) < text.index("Raise social")


def test_names_with_html_in_them_are_text() -> None:
    channels = (told_channel(HOSTILE, 100.0, 200.0), told_channel("tv", 200.0, 100.0))
    plan = told_plan(name=HOSTILE, channels=channels, assumed=(f"held: {HOSTILE}",))
    parts = Parts(page(plan))
    assert {"img", "script"} & {*parts.tags} == set()
    assert HOSTILE in parts.texts
    assert [name for name, _ in parts.attributes if name.startswith("on")] == []


def test_it_is_self_contained_small_and_names_its_one_style_sheet() -> None:
    text = page(told_plan(), datetime(2026, 12, 30, tzinfo=UTC))
    parts = Parts(text)
    assert len(text.encode()) < MOST_BYTES
    assert {"script", "link", "img", "iframe", "object"} & {*parts.tags} == set()
    assert {"src", "href", "style", "srcset"} & {name for name, _ in parts.attributes} == set()
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert "url(" not in style
    assert "@import" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy()
    assert policy() in [value for _, value in parts.attributes]
    assert "This link works until 30 Dec 2026." in text
    assert "This link" not in page(told_plan())


def test_no_word_and_no_figure_that_a_planner_must_not_meet() -> None:
    channels = tuple(
        told_channel(f"c{at}", 1234.5, 1.2e6 + at, grade=ToldGrade(grade=grade, label=label))
        for at, (grade, label) in enumerate(GRADES.items())
    )
    odd = Interval(mean=-1234.5, p5=-98765.4, p50=0.0, p95=0.012345)
    for plan in (
        told_plan(channels=channels, extra=odd),
        told_plan(counted="units", in_money=False, currency=None, chances_in_20=None),
        told_plan(counted="revenue", reference=None, second=None, standing="draft"),
    ):
        for text in Parts(page(plan)).texts:
            assert NOT_FOR_PLANNERS.search(text) is None, text
            assert too_precise(text) == [], text


def test_the_page_of_a_link_that_shows_nothing_says_what_to_do() -> None:
    texts = Parts(ended()).texts
    assert "There is no plan here" in texts
    assert "Ask whoever sent it for a new one." in texts


def test_a_notice_escapes_what_it_is_given() -> None:
    parts = Parts(notice("Title", (HOSTILE,), ("./", "Try again")))
    assert "img" not in parts.tags
    assert ("href", "./") in parts.attributes
