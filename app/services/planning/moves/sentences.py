"""The sentences of moves."""

from dataclasses import dataclass

from app.contract.moves import Moves
from app.display.words import CASES, GainWords, chances, listed
from app.services.planning.moves.held import Held
from app.services.planning.summary import NOTICEABLE
from mmm.posterior.fitted import FittedModel


@dataclass(frozen=True)
class Odds:
    """Probability that the moves are better than today's plan by the model and by the second one;
    ``tested``: whether lift tests back every channel that moves."""

    model: float
    second: float | None
    tested: bool

    @property
    def in_20(self) -> int:
        """The model's as so many of 20 cases, never all of them unless tested."""
        return min(round(CASES * self.model), CASES if self.tested else CASES - 1)


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
    parts = [_now(moves, held, words, odds, usual)]
    if moves.test_first:
        parts.append(f"Test first: {listed([each.channel for each in moves.test_first])}.")
    if moves.hold:
        parts.append(f"Hold: {listed([each.channel for each in moves.hold])}.")
    return " ".join(parts)


def _now(moves: Moves, held: Held, words: GainWords, odds: Odds | None, usual: float) -> str:
    if moves.plan is None:
        return f"The limits leave no plan that keeps {listed([*held.still])} as it is."
    if not moves.do_now or moves.gain is None:
        return "Keep the present plan for now: no change of it can be defended yet."
    steps = "; ".join(
        f"{verb} {listed([f'{name} by {words.spend(size)}' for size, name in changes])}"
        for verb, changes in (("raise", _changes(moves, 1.0)), ("cut", _changes(moves, -1.0)))
        if changes
    )
    gain, other = moves.gain, "the present plan"
    if abs(moves.plan.total - usual) > NOTICEABLE * max(usual, 1e-9):
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
