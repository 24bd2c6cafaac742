"""The sentences of a told plan, from its numbers: the same on its page, in its file, on its slide.

They use the words of the workbench's Plan screen, and at most three significant digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from app.contract.sharing.told_plan import Group, ToldChannel, ToldPlan
from app.display.words import CASES, amount, listed, money
from app.report.plan.labels import BESIDE, CHANGED, DOUBTS, EXTRA

GROUPS: Final[tuple[tuple[Group, str], ...]] = (
    ("do_now", "Do now"),
    ("test_first", "Test first"),
    ("hold", "Hold"),
)
GRADE_MEANS: Final = {
    "tested": "An experiment has measured it.",
    "seen": "Measured, and no check speaks against it.",
    "coincidence": "Something else of plausible strength could have made it. Test before betting "
    "on it.",
    "too_small": "The data cannot tell it from nothing. Leave its budget, or test it.",
    "do_not_use": "A check contradicts it. Put no money on it until a test has measured it.",
}
NO_ODDS: Final = (
    "None are given: more than a third of the money that moves rests on what could be coincidence. "
    "The range counts that already."
)
ALMOST_NOTHING: Final = 5e-3
"""Share of what a channel has today below which it gets almost nothing."""
NOTICEABLE: Final = 1e-3
SHOWN: Final = 4
"""Changes that the headline names; the others are counted."""
THOUSAND: Final = 1000.0
SOON: Final = 0.02
"""Share of the extra that comes later below which all of it comes inside the weeks."""


@dataclass(frozen=True)
class PlanWords:
    """A told plan in words; a list names ``most`` channels and counts the others."""

    plan: ToldPlan
    most: int = 1000

    @property
    def period(self) -> str:
        """From the first to the last day."""
        return f"{day(self.plan.start)} to {day(self.plan.end)}"

    @property
    def beside(self) -> str:
        """What today's plan is."""
        return BESIDE[self.plan.reference] if self.plan.reference else "today's plan"

    @property
    def doubt(self) -> str:
        """What must be known of the model before anything else; empty where there is nothing."""
        return DOUBTS[self.plan.standing]

    @property
    def changed(self) -> list[ToldChannel]:
        """Channels that the plan changes noticeably, the largest change first."""
        found = (each for each in self.plan.channels if self.is_noticeable(each.plan - each.today))
        return sorted(found, key=lambda each: -abs(each.plan - each.today))

    @property
    def headline(self) -> str:
        """The finding: what the plan changes."""
        changes = [(each.name, each.plan - each.today) for each in self.changed]
        if not changes:
            then = ", and test first" if self.of("test_first") else ""
            return f"Keep today's plan{then}."
        left = len(changes) - SHOWN
        more = ""
        if left > 0:
            more = f", and {left} smaller moves" if left > 1 else ", and one smaller move"
        told = f"{self._steps(changes[:SHOWN])}{more}"
        if self.loses:
            lost = self.earned(-self.plan.extra.mean)
            return f"This plan would {told.replace('; cut ', ' and cut ')}, and lose about {lost}."
        return f"{_upper(told)}."

    @property
    def loses(self) -> bool:
        """Whether the plan is expected to be worse than today's."""
        return self.plan.extra.mean < 0.0 and bool(self.changed)

    @property
    def is_cut(self) -> bool:
        """Whether the plan saves money, which may have to be."""
        return self.plan.total < self.plan.today and not self.is_same_total

    @property
    def is_unwanted(self) -> bool:
        """Whether the plan loses against today's without saving money."""
        return self.loses and not self.is_cut

    def title(self, group: Group) -> str:
        """The heading of a group; an unwanted plan is nothing to do now, nor to test."""
        return CHANGED[group] if self.is_unwanted else dict(GROUPS)[group]

    @property
    def finding(self) -> str:
        """The finding in one line of a slide: what is earned, and by how much of a change."""
        mean = self.plan.extra.mean
        if not self.changed:
            return self.headline.removesuffix(".")
        moved = sum(abs(each.plan - each.today) for each in self.changed)
        what = f"Moving {self.spend(moved / 2)}" if self.is_same_total else "This plan"
        if mean < 0.0:
            return f"{what} is expected to lose {self.earned(-mean)} against today's plan"
        return f"{what} is expected to bring {self.earned(mean)} of {self.extra.lower()}"

    @property
    def advice(self) -> str:
        """What to do with the plan as it stands, in a sentence or two; empty where nothing
        changes."""
        if not self.changed:
            return ""
        now = [(each.name, each.now - each.today) for each in self.plan.channels]
        now = [change for change in now if self.is_noticeable(change[1])]
        further = any(self.is_noticeable(each.plan - each.now) for each in self.plan.channels)
        part = f" Of it, this can be done now: {self._steps(now)}." if further and now else ""
        if self.loses:
            saved = "Make it only if that money must be saved"
            return f"{saved if self.is_cut else 'Do not carry it out as it stands'}.{part}"
        if further:
            told = f"Not all of it can be defended yet.{part} The rest waits for a test."
            return told if now else "None of it can be defended yet: test first."
        tests = [each.name for each in self.plan.channels if self.after_test(each)]
        then = f" Go further with {self._listed(tests)} only after a test." if tests else ""
        return f"This can be done now.{then}"

    @property
    def extra(self) -> str:
        """What is earned beyond today's plan."""
        return EXTRA[self.plan.counted]

    @property
    def is_same_total(self) -> bool:
        """Whether the plan spends what today's does."""
        return not self.is_noticeable(self.plan.total - self.plan.today)

    @property
    def totals(self) -> str:
        """What both plans spend."""
        return f"All together {self.spend(self.plan.total)}, today {self.spend(self.plan.today)}."

    @property
    def span(self) -> str:
        """The range of what is earned."""
        low, high = self.earned(self.plan.extra.p5), self.earned(self.plan.extra.p95)
        return f"Likely between {low} and {high}."

    @property
    def when(self) -> str:
        """When it is earned: inside the weeks and later, each with its range; empty where that is
        not known."""
        parts = self.plan.by_time
        if parts is None:
            return ""
        if abs(parts.later.mean) < SOON * abs(self.plan.extra.mean):
            return "All of it comes inside these weeks."
        inside, later = (
            f"{self.earned(part.mean)} ({self.earned(part.p5)} to {self.earned(part.p95)})"
            for part in (parts.inside, parts.later)
        )
        return f"Inside these weeks: {inside}. Later: {later}."

    @property
    def carefully(self) -> str:
        """How what is earned was counted."""
        judge = "" if self.plan.second is None else ", by the less hopeful of two models"
        return f"Counted carefully: only the part of each effect that its evidence backs{judge}."

    @property
    def second_in_20(self) -> int | None:
        """The second model's cases of 20; None where it says none."""
        second = self.plan.second
        return None if second is None else min(max(round(CASES * second), 1), CASES - 1)

    def sentence(self, group: Group) -> str:
        """What to do with the channels of a group."""
        return {"do_now": self._now, "test_first": self._test, "hold": self._hold}[group]()

    def of(self, group: Group) -> list[ToldChannel]:
        """The channels of a group."""
        return [each for each in self.plan.channels if each.group == group]

    def spend(self, value: float) -> str:
        """An amount of spend, such as "€26,100"."""
        return _minus(money(value, self.plan.currency))

    def earned(self, value: float) -> str:
        """An amount of what is earned."""
        return self.spend(value) if self.plan.in_money else f"{_minus(amount(value))} units"

    def change(self, today: float, plan: float) -> str:
        """A change with its sign and its share, such as "+€12,000 (+12 %)"; or "none"."""
        by = plan - today
        if not self.is_noticeable(by):
            return "none"
        share = "new" if today <= 0.0 else _percent(plan / today - 1.0)
        return f"{'+' if by > 0.0 else ''}{self.spend(by)} ({share})"

    def next_thousand(self, channel: ToldChannel) -> str:
        """What the next thousand in a channel bring, with its range."""
        found = channel.per_unit
        values = (found.mean, max(0.0, found.p5), found.p95)
        currency = self.plan.currency if self.plan.in_money else None
        mean, low, high = (_minus(money(THOUSAND * each, currency, 2)) for each in values)
        return f"{mean} ({low} to {high})"

    def after_test(self, channel: ToldChannel) -> str:
        """Where a test would bring a channel, and what it is worth; empty where there is none."""
        if channel.test is None or not self.is_noticeable(channel.test.to - channel.plan):
            return ""
        if self.is_unwanted:
            return ""
        little = channel.test.to < ALMOST_NOTHING * channel.today
        to = "almost nothing" if little else self.spend(channel.test.to)
        told = f"if a test confirms it, to {to}"
        worth = channel.test.worth
        return f"{told}; knowing is worth {self.earned(worth)}" if worth and worth > 0.0 else told

    def is_noticeable(self, change: float) -> bool:
        """Whether a person would name a change: at least a thousandth of the total."""
        return abs(change) > NOTICEABLE * max(self.plan.total, self.plan.today)

    def _listed(self, parts: Sequence[str]) -> str:
        left = len(parts) - self.most
        return listed([*parts[: self.most], *([_others(left)] if left > 0 else ())])

    def _steps(self, changes: Sequence[tuple[str, float]]) -> str:
        parts = []
        for verb, sign in (("raise", 1.0), ("cut", -1.0)):
            some = [f"{name} by {self.spend(abs(by))}" for name, by in changes if sign * by > 0.0]
            parts += [f"{verb} {self._listed(some)}"] if some else []
        return "; ".join(parts)

    def _now(self) -> str:
        made = [(each.name, each.now - each.today) for each in self.of("do_now")]
        made.sort(key=lambda each: -abs(each[1]))
        if not made:
            return "Nothing: no change of today's plan can be defended yet."
        pays = "" if self.loses else " It pays even if part of each effect is coincidence."
        return f"{_upper(self._steps(made))}.{pays}"

    def _test(self) -> str:
        tests = {each.name: each.test for each in self.plan.channels if each.test is not None}
        if self.is_unwanted:
            changed = [each.name for each in self.of("test_first") if each in self.changed]
            return f"{_upper(self._listed(changed))}." if changed else "Nothing."
        if not tests:
            return "Nothing: no test would change the plan."
        worth = max(test.worth or 0.0 for test in tests.values())
        told = f"Try {self._listed([*tests])} in an experiment before going further."
        if worth <= 0.0:
            return told
        return f"{told} To know the one that matters most is worth up to {self.earned(worth)}."

    def _hold(self) -> str:
        held = self.of("hold")
        moved = [each.name for each in held if each in self.changed]
        still = [each.name for each in held if each.name not in moved]
        told = []
        if still:
            they_are = "they are" if len(still) > 1 else "it is"
            told.append(f"Leave {self._listed(still)} as {they_are}.")
        if moved:
            told.append(
                f"The plan moves {self._listed(moved)}, though no change there is worth its risk."
            )
        return " ".join(told) or "Nothing."


def day(when: date | datetime) -> str:
    """A day as people write it: "30 Dec 2024"."""
    return f"{when.day} {when:%b %Y}"


def _others(count: int) -> str:
    return "one other" if count == 1 else f"{count} others"


def _percent(share: float) -> str:
    told = round(100.0 * share)
    return f"{'+' if told > 0 else '−' if told < 0 else ''}{amount(abs(told))} %"


def _minus(text: str) -> str:
    return text.replace("-", "−", 1) if text.startswith("-") else text


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
