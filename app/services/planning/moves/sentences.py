"""The sentences of moves."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.contract.moves import Moves
from app.contract.plan_requests import AllocateBody
from app.display.words import GainWords, chances, listed
from app.services.planning.moves.held import Held
from app.services.planning.moves.odds import Odds
from app.services.planning.summary import even_change, is_total, rounding_told
from mmm.posterior.fitted import FittedModel

LEFT_OUT = "A change of it can be defended, but adds little to the moves to make now."
NOT_WORTH_IT = "No change of it is worth more than its risk."
_ALL = 0.995
"""Share of the gain from which on the moves that are left out are not worth a word."""
_AT_A_LIMIT = 1e-6


@dataclass(frozen=True)
class StatedLimits:
    """What the request says of single channels."""

    body: AllocateBody
    words: GainWords

    def reason(self, name: str, now: float) -> str | None:
        """That a channel is bought already, or fixed, where that is why it gets ``now``."""
        stated = self.body.channels.get(name)
        if stated is None:
            return None
        if stated.fixed is not None:
            return f"Its spend is fixed at {self.words.spend(stated.fixed)}."
        if stated.committed and now <= stated.committed * (1.0 + _AT_A_LIMIT):
            return f"{self.words.spend(stated.committed)} of it is committed and stays."
        return None


def move_reason(model: FittedModel, held: Held, name: str) -> str:
    """Why a channel moves now."""
    partner = next((pair for pair in held.pairs if name in pair), None)
    if partner is not None:
        other = partner[1 - partner.index(name)]
        return f"Moves as one with {other}: the data cannot tell the two apart."
    return held.not_raised.get(name) or _evidence(model, name) or "It pays in every model."


def test_reason(model: FittedModel, held: Held, name: str, *, second: bool) -> str:
    """Why a channel is to be tested before the model is followed."""
    if name in held.reasons:
        return held.reasons[name]
    lever = next((x for x in model.levers if x.name == name), None)
    if lever is not None and lever.grade == "coincidence":
        return f"{lever.label}. {lever.reason}"
    judges = "by the second model, or with caution" if second else "with caution"
    return f"What goes beyond the moves to make now does not pay {judges} about the gain."


def summary_of_moves(
    moves: Moves, held: Held, words: GainWords, odds: Odds | None, usual: float
) -> str:
    """What to do now, what to test first and what to hold, in a few sentences.

    ``usual``: the total that the present plan spends.
    """
    parts = [_now(moves, held, words, odds, usual), *_beside(moves, words, usual)]
    if moves.test_first:
        parts += _tests(moves)
    if moves.hold:
        parts.append(f"Hold: {listed([each.channel for each in moves.hold])}.")
    return " ".join(parts)


def _tests(moves: Moves) -> Iterator[str]:
    """What waits for a test: a channel that moves already goes no further before it."""
    moved = {each.channel for each in moves.do_now}
    further = [each.channel for each in moves.test_first if each.channel in moved]
    first = [each.channel for each in moves.test_first if each.channel not in moved]
    if further:
        yield f"Before going further, test {listed(further)}."
    if first:
        yield f"Test first: {listed(first)}."


def _beside(moves: Moves, words: GainWords, usual: float) -> Iterator[str]:
    """What the moves leave out, what an even change of the total does, what rounding costs."""
    few = moves.fewest_moves
    if not moves.do_now or moves.plan is None:
        return
    if few is not None and few.moves < few.before and few.kept < _ALL:
        made = "This move brings" if few.moves == 1 else f"These {few.moves} moves bring"
        yield f"{made} {few.kept:.0%} of what all {few.before} would."
    if moves.even is not None and moves.gain is not None:
        even = moves.even.mean
        if words.difference(even) == words.difference(moves.gain.mean):
            what = "cut" if moves.plan.total < usual else "raise"
            yield f"No {what} that can be defended does better than an even one."
        else:
            yield even_change(even, moves.plan.total, usual, words)
    if moves.rounding is not None:
        yield rounding_told(moves.rounding, words)


def _now(moves: Moves, held: Held, words: GainWords, odds: Odds | None, usual: float) -> str:
    if moves.plan is None:
        if not held.still:
            return "The limits leave no plan that the evidence allows."
        return f"The limits leave no plan that keeps {listed([*held.still])} as it is."
    if not moves.do_now or moves.gain is None:
        return "Keep the present plan for now: no change of it can be defended yet."
    steps = "; ".join(
        f"{verb} {listed([f'{name} by {words.spend(size)}' for size, name in changes])}"
        for verb, changes in (("raise", _changes(moves, 1.0)), ("cut", _changes(moves, -1.0)))
        if changes
    )
    gain, other = moves.gain, "the present plan"
    if not is_total(usual, moves.plan.total):
        other = f"{other}, which spends {words.spend(usual)}"
    told = (
        f"Do now: {steps}. It is expected to {words.difference(gain.mean)} than {other} "
        f"(90 % interval {words.size(gain.p5)} to {words.size(gain.p95)})"
    )
    if odds is None:
        return f"{told}; it rests on what could be coincidence, so no odds are given."
    told = f"{told} and is better in {chances(odds.model, odds.tested)} cases if the model is right"
    if odds.second is not None:
        told = f"{told}; by the second model, in {chances(odds.second, odds.tested)}"
    return f"{told}."


def _changes(moves: Moves, sign: float) -> list[tuple[float, str]]:
    """Size and channel of the moves in one direction, the largest first."""
    found = ((sign * (each.to - each.from_spend), each.channel) for each in moves.do_now)
    return sorted((change for change in found if change[0] > 0.0), reverse=True)


def _evidence(model: FittedModel, name: str) -> str | None:
    lever = next((each for each in model.levers if each.name == name), None)
    return None if lever is None else f"{lever.label}. {lever.reason}"
