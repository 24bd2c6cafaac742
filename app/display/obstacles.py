"""What is in the way of a better plan, and what loosening it is worth, in words."""

import re
from collections.abc import Sequence

from app.contract.plan_details import BindingDocument, ObstacleDocument
from app.display.words import GainWords

STEP = 1000.0
LEAST_WORTH = 5e-3
"""Worth of one unit of a limit below which it is not told."""

MOST = 5
_NOTHING = re.compile(r"the minimum of 0(\s|$)")
_CHANNEL = re.compile(r" for (.+)$")
_STATED = re.compile(r"/channels/([^/]+)")
_NO_AMOUNT = re.compile(r"/conditions|/ratios|.*_share$")


def obstacles(binding: Sequence[BindingDocument], words: GainWords) -> tuple[ObstacleDocument, ...]:
    """The limits that keep a better plan away, the dearest first.

    That no channel gets less than nothing is no limit to loosen.
    """
    found = [
        each
        for each in binding
        if abs(each.shadow_price) >= LEAST_WORTH and not _NOTHING.match(each.constraint)
    ]
    found.sort(key=lambda each: -abs(each.shadow_price))
    return tuple(
        ObstacleDocument(what=_what(each), worth=_worth(each, words)) for each in found[:MOST]
    )


def _what(limit: BindingDocument) -> str:
    pointer = limit.pointer or ""
    found = _CHANNEL.search(limit.constraint)
    channel = found[1] if found else None
    if pointer == "/explore" or "supported" in limit.constraint:
        beyond = "So much was never spent before"
        return f"{channel} has never had more money" if channel else beyond
    if _is_total(pointer):
        return "The total" if limit.shadow_price > 0.0 else "Spending less would pay"
    stated = _STATED.match(pointer)
    if stated:
        return f"Your limit on {stated[1].replace('~1', '/').replace('~0', '~')}"
    if pointer.startswith("/conditions"):
        return "A goal or condition that you set"
    return f"A limit on {channel}" if channel else "A limit that you set"


def _is_total(pointer: str) -> bool:
    """Of the whole plan; ``/budgets/0`` is another budget, of some of its money."""
    return pointer == "/budget" or pointer.startswith("/budget/")


def _worth(limit: BindingDocument, words: GainWords) -> str:
    """What more room is worth: of a minimum downwards, of every other limit upwards."""
    pointer, price = limit.pointer or "", limit.shadow_price
    step, worth = words.spend(STEP), words.size(abs(price) * STEP)
    if not words.in_money:
        worth += " units"
    if _NO_AMOUNT.match(pointer):
        return "Loosening it would make a better plan"
    if not _is_total(pointer):
        down = limit.constraint.startswith("the minimum") == (price > 0.0)
        return f"Letting it have {step} {'less' if down else 'more'} is worth {worth}"
    if not words.in_money:
        return f"{step} {'more' if price > 0.0 else 'less'} would bring {worth}"
    if price > 0.0:
        return f"{step} more would earn {worth} on top of itself"
    return f"Each {step} less leaves {worth} more {words.counted}"
