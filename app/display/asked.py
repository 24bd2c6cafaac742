"""The rows of what a plan was asked beside its limits, and what came of each, in plain words."""

from collections.abc import Iterator
from datetime import timedelta

from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_details import FewestMovesDocument, RoundingDocument
from app.contract.plan_requests import AllocateBody
from app.display.words import GainWords, amount, chances, in_unit, listed
from optimizer.problem import Target

HEADS = ("asked", "how far", "what came of it")

type Row = tuple[str, str, str]


def asked_rows(answer: AllocationAnswer, body: AllocateBody, words: GainWords) -> list[Row]:
    """What was asked, how far, and what came of it; none where nothing was asked."""
    return [
        *_total(answer, body, words),
        *_few(answer, body),
        *_little(answer, words),
        *_multiples(answer, words),
        *_bought(answer, body, words),
        *_price(answer),
    ]


def goal_rows(answer: AllocationAnswer, body: AllocateBody) -> Iterator[Row]:
    """The targets of a request in words, each with the cases in which the plan reaches it."""
    end = body.horizon.start + timedelta(weeks=body.horizon.weeks, days=-1)
    for stated, reached in zip(body.conditions, answer.conditions, strict=False):
        if isinstance(stated, Target):
            size = in_unit(stated.kpi, answer.outcome_unit)
            met = "reached" if reached.met else "missed: reached only"
            told = f"{met} in {chances(reached.reached, tested=False)} cases if the model is right"
            wanted = f"in {chances(stated.probability, tested=False)} cases"
            yield f"sales of {size} by {end}", wanted, told


def _total(answer: AllocationAnswer, body: AllocateBody, words: GainWords) -> Iterator[Row]:
    """What the moves bring at another total than today's, beside today's mix at that total; a goal
    has a row of its own."""
    moves = answer.moves
    if moves is None or moves.plan is None or moves.gain is None or moves.even is None:
        return
    if body.has_target:
        return
    usual = answer.versus_current.reference_total
    less = moves.plan.total < usual
    what = "less money than today" if less else "more money than today"
    size = f"{words.spend(moves.plan.total)} instead of {words.spend(usual)}"
    plan, even = words.difference(moves.gain.mean), words.difference(moves.even.mean)
    verb = "cut" if less else "raised"
    told = (
        f"{verb} evenly, the money is expected to {even}; no plan that can be defended does better"
        if plan == even
        else f"expected to {plan}; {verb} evenly instead, to {even}"
    )
    yield what, size, told


def _few(answer: AllocationAnswer, body: AllocateBody) -> Iterator[Row]:
    found: list[tuple[str, FewestMovesDocument | None]] = [
        ("as few changes as possible, now", answer.moves.fewest_moves if answer.moves else None),
        ("as few changes as possible, by the model alone", answer.fewest_moves),
    ]
    for what, few in found:
        if few is None or body.fewest_moves is None:
            continue
        count = f"{few.moves} channel{'s' if few.moves != 1 else ''}"
        told = (
            f"no fewer than {count} keep that much"
            if few.moves >= few.before
            else f"{count} change{'s' if few.moves == 1 else ''}, not {few.before}: that keeps "
            f"{few.kept:.0%} of what all changes would bring"
        )
        yield what, f"keep {few.share:.0%}", told


def _little(answer: AllocationAnswer, words: GainWords) -> Iterator[Row]:
    little = answer.least_movement
    if little is None:
        return
    told = (
        f"{words.spend(little.moved)} moves, raises and cuts together, not "
        f"{words.spend(little.before)}: that keeps {little.kept:.0%} of what the best plan brings"
    )
    if little.bound is not None:
        told += f"; no plan that good moves less than {words.spend(little.bound)}"
    yield "as little money moved as possible", f"lose at most {little.tolerance:.0%}", told


def _multiples(answer: AllocationAnswer, words: GainWords) -> Iterator[Row]:
    found: list[tuple[str, RoundingDocument | None]] = [
        ("amounts that can be bought, now", answer.moves.rounding if answer.moves else None),
        ("amounts that can be bought, by the model alone", answer.rounding),
    ]
    for what, rounding in found:
        if rounding is not None:
            cost = words.size(rounding.cost) if rounding.cost > 0.0 else "nothing"
            yield what, f"multiples of {words.spend(rounding.step)}", f"costs {cost}"


def _bought(answer: AllocationAnswer, body: AllocateBody, words: GainWords) -> Iterator[Row]:
    """What is committed or fixed, beside what the channel gets now and today."""
    plan = answer.moves.plan if answer.moves and answer.moves.plan else answer.plan
    for channel in plan.channels:
        stated = body.channels.get(channel.name)
        given = f"gets {words.spend(channel.spend)}, today {words.spend(channel.current)}"
        if stated is not None and stated.committed:
            yield f"money committed to {channel.name}", words.spend(stated.committed), given
        if stated is not None and stated.fixed is not None:
            yield f"spend of {channel.name} fixed", words.spend(stated.fixed), given


def _price(answer: AllocationAnswer) -> Iterator[Row]:
    price = answer.price
    if price is not None:
        tried = listed([amount(each.price) for each in price.tried])
        yield (
            "own price decided",
            f"tried {tried}",
            f"{amount(price.price)}, not {amount(price.current)}",
        )
