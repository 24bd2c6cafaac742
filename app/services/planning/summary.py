"""The summary of a plan in sentences, and of a plan against its actual weeks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.contract.plan_answers import ReferenceComparisonDocument
from app.contract.plan_details import (
    ConditionDocument,
    FewestMovesDocument,
    LeastMovementDocument,
    RoundingDocument,
)
from app.contract.planned_spend import PlannedChannel
from app.display.words import GainWords, amount, apart, chances, in_unit, listed, probability
from mmm.counterfactual.question import ReferenceKind
from mmm.plan.plan_vs_actual_answer import PlanVersusActual
from optimizer.allocation import Status

SAME = 1e-9
NOTICEABLE = 0.01
"""Changes below this share of the plan's total are not mentioned."""
_GIVEN = ("reference", "plan")
_DEFENSIBLE = "it is as good as any that can be defended"
_IF = "if the model is right"


REFERENCE_WORDS: Mapping[ReferenceKind, tuple[str, str]] = {
    "last_weeks": ("the present plan", "the present mix"),
    "last_year": ("last year's plan", "last year's mix"),
    "given": ("the plan given as reference", "the mix given as reference"),
}
"""Each kind of reference as a plan and as a mix, in words."""


@dataclass(frozen=True)
class Goal:
    """A target that a plan reaches: ``amount`` in words by ``end``, with that probability."""

    amount: str
    end: date
    probability: float
    least_spend: bool


@dataclass(frozen=True)
class PlanTold:
    """What the summary of a plan tells.

    ``versus``: the plan against the reference.  ``tested``: whether lift tests back every channel
    that the change rests on.  ``stay_odds``: probability that the best plan found is better than
    staying; None where that was not judged.  ``second_odds``: probability under the second model
    that the plan is better than the reference, None where it says none.  ``proportional``: the plan
    against the reference's mix at its total.  ``goals``: the targets that it reaches.
    """

    status: Status
    weeks: int
    channels: Sequence[PlannedChannel]
    versus: ReferenceComparisonDocument
    words: GainWords
    conditions: Sequence[ConditionDocument] = ()
    tested: bool = False
    stay_odds: float | None = None
    second_odds: float | None = None
    reference: ReferenceKind = "last_weeks"
    proportional: ReferenceComparisonDocument | None = None
    fewest_moves: FewestMovesDocument | None = None
    least_movement: LeastMovementDocument | None = None
    rounding: RoundingDocument | None = None
    goals: tuple[Goal, ...] = ()

    @property
    def total(self) -> float:
        """The plan's spend over the horizon."""
        return sum(channel.spend for channel in self.channels)

    @property
    def is_reference(self) -> bool:
        """Whether the plan gains what the reference does in every draw that counts."""
        return max(abs(self.versus.p5), abs(self.versus.p95)) <= SAME * (
            1.0 + self.versus.reference_total
        )


def summary_of(told: PlanTold) -> str:
    """Which spend to change, the expected gain, its interval, and its chances."""
    if told.status is Status.STAY:
        rounding = () if told.rounding is None else (rounding_told(told.rounding, told.words),)
        return " ".join((_stay(told), *rounding))
    opening = f"Spend {_span(told)}: {_moves(told)}"
    if told.status is Status.CONDITION_UNMET:
        opening = (
            f"No plan that was found meets every condition; the closest spends {_span(told)}: "
            f"{_moves(told)}. Missed: {'; '.join(_missed(told))}"
        )
    if told.is_reference:
        end = ". This" if _missed(told) else "; this"
        return f"{opening}{end} is {REFERENCE_WORDS[told.reference][0]}."
    return " ".join((f"{opening}. It is expected to {_effect(told)}.", *_beside(told)))


def _beside(told: PlanTold) -> Iterator[str]:
    """The sentences after the effect of a plan that is not today's."""
    usual, mix = told.versus.reference_total, told.proportional
    if mix is not None and not is_total(usual, told.total) and mix.p5 != mix.p95:
        yield even_change(told.versus.mean - mix.mean, told.total, usual, told.words)
    yield from _asked_for(told)


def even_change(gain: float, total: float, usual: float, words: GainWords) -> str:
    """What today's mix would bring at the plan's total; ``gain``: over today's plan."""
    verb = "Cut" if total < usual else "Raised"
    return f"{verb} evenly instead, the same total is expected to {words.difference(gain)}."


def is_total(usual: float, total: float) -> bool:
    """Whether a total is today's, to all appearance."""
    return abs(total - usual) <= NOTICEABLE * max(usual, 1e-9)


def rounding_told(rounding: RoundingDocument, words: GainWords) -> str:
    """That amounts are multiples, and what that costs."""
    cost = f"costs {words.size(rounding.cost)}" if rounding.cost > 0.0 else "costs nothing"
    return f"Every total is a multiple of {words.spend(rounding.step)}, which {cost}."


def _asked_for(told: PlanTold) -> Iterator[str]:
    """What the plan was adjusted to, and the goals that it reaches."""
    few, little = told.fewest_moves, told.least_movement
    if few is not None and few.moves < few.before:
        yield (
            f"It changes {_channels(few.moves)} where the best plan changes {few.before}, and "
            f"keeps {few.kept:.0%} of its gain."
        )
    if little is not None:
        yield (
            f"It moves {told.words.spend(little.moved)}, raises and cuts together, where the best "
            f"plan moves {told.words.spend(little.before)}, and keeps {little.kept:.0%} of its "
            "gain."
        )
    if told.rounding is not None:
        yield rounding_told(told.rounding, told.words)
    for goal in told.goals:
        least = "It is the least spend found with which" if goal.least_spend else "With it"
        yield (
            f"{least} sales reach {goal.amount} by {goal.end} in "
            f"{chances(goal.probability, told.tested)} cases {_IF}."
        )


def _channels(count: int) -> str:
    return f"{count} channel{'s' if count != 1 else ''}"


def _missed(told: PlanTold) -> list[str]:
    return [missed_condition(each) for each in told.conditions if not each.met]


def missed_condition(condition: ConditionDocument) -> str:
    """A condition that is not met, in words: what is wanted, and what the plan reaches."""
    if condition.kind in ("target", "not_worse"):
        return f"{condition.condition} (reached: {probability(condition.reached)})"
    digits = apart(condition.wanted, condition.reached)
    return f"{condition.condition} (reached: {amount(condition.reached, digits)})"


def _span(told: PlanTold) -> str:
    weeks = f"{told.weeks} week{'s' if told.weeks != 1 else ''}"
    return f"{told.words.spend(told.total)} over {weeks}"


def _moves(told: PlanTold) -> str:
    raised, cut = _changes(told, sign=1.0), _changes(told, sign=-1.0)
    steps = []
    if raised:
        steps.append("raise " + listed(raised))
    if cut:
        steps.append("cut " + listed(cut))
    return ", ".join(steps) if steps else "keep every channel as it is"


def _changes(told: PlanTold, sign: float) -> list[str]:
    least = NOTICEABLE * (told.total or 1.0)
    changes = sorted(((sign * (c.spend - c.current), c.name) for c in told.channels), reverse=True)
    return [f"{name} by {told.words.spend(change)}" for change, name in changes if change > least]


def _stay(told: PlanTold) -> str:
    """Staying told as a result; where only the mix is kept, with what the total does."""
    moved = _changes(told, sign=1.0) or _changes(told, sign=-1.0)
    same, mix = REFERENCE_WORDS[told.reference]
    plan = f"{mix} at this total" if moved else same
    odds = ""
    if told.stay_odds is not None:
        other = "mix" if moved else "plan"
        chance = _only(chances(told.stay_odds, told.tested))
        odds = f"; the best other {other} that was found is better in {chance} cases {_IF}"
    opening = f"Stay with {plan} ({_span(told)}): {_DEFENSIBLE}{odds}."
    if not moved or told.is_reference:
        return opening
    return f"{opening} The change of the total itself is expected to {_effect(told)}."


def _only(chance: str) -> str:
    return chance if chance.startswith("fewer") else f"only {chance}"


def _effect(told: PlanTold) -> str:
    """The difference to the reference, told from the side on which it lies."""
    versus, words = told.versus, told.words
    more = versus.mean >= 0.0
    other = REFERENCE_WORDS[told.reference][0]
    if not is_total(versus.reference_total, told.total):
        other += f", which spends {words.spend(versus.reference_total)}"
    chance = versus.probability_better if more else 1.0 - versus.probability_better
    text = (
        f"{words.difference(versus.mean)} than {other} (90 % interval {words.size(versus.p5)} to "
        f"{words.size(versus.p95)}) and is {'better' if more else 'worse'} in "
        f"{chances(chance, told.tested)} cases {_IF}"
    )
    if told.second_odds is None:
        return text
    second = told.second_odds if more else 1.0 - told.second_odds
    return f"{text}; by the second model, in {chances(second, told.tested)}"


def variance_summary(comparison: PlanVersusActual) -> str:
    """One sentence: the difference, its largest cause, and whether the residual is noise."""
    causes = {row.kind: row.amount.mean for row in comparison.rows if row.kind not in _GIVEN}
    kind = max(causes, key=lambda name: abs(causes[name]))
    gap, cause = comparison.difference.mean, causes[kind]
    rest = "within" if comparison.residual.within else "outside"
    return (
        f"{comparison.weeks} of {comparison.weeks_planned} weeks: "
        f"{in_unit(comparison.actual, comparison.unit)}, {amount(abs(gap))} "
        f"{'more' if gap >= 0.0 else 'less'} than planned; the largest cause is {kind} "
        f"({amount(abs(cause))} {'more' if cause >= 0.0 else 'less'}); the residual is {rest} the "
        "model's predictive interval."
    )
