"""Twelve situations of a plan whose truth is known, to be judged from a screen or a page of paper.

Each takes a world of ``wrong_worlds``, a question and a condition on the truth; the first seed
whose truth meets the condition is taken, whatever the screen then says.

*It*: all changes that a screen names, those to test first too; *part of it*: those to do now.
What carrying out a plan truly earns is what its spend causes in its weeks and by carryover after
them, less the same of today's plan, less what it costs more. Spend after the weeks is the same in
both, prices stay at their reference, and effectiveness at that of the last week.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import LinearConstraint, minimize

from benchmarks.wrong_worlds import LAGS, SPEC, KnownWorld, make, price_factor
from mmm.types import Array

WEEKS, YEAR = 13, 52
CLEAR = 0.02
"""Share of what media earn from which a gain or a loss counts."""

CONFIDENT = 0.9
SURE = 0.1
"""Relative standard error of a lift test."""

ROUNDS = 6
ALL, PART, LEAVE = "do it", "part of it", "test or leave"


@dataclass(frozen=True)
class Truth:
    """``actions``: what each truly earns, currency. ``media``: what today's plan earns over none.
    ``odds``: the chance that the model gives its own plan."""

    actions: Mapping[str, float]
    media: float
    odds: float
    grades: tuple[str, ...]
    best: float

    def share(self, action: str) -> float:
        return self.actions[action] / self.media

    @property
    def right(self) -> str:
        """All of it, if that earns clearly more than today's plan; else what may be done now, if
        that does; else a test, or nothing."""
        paying = [action for action in (ALL, PART) if self.share(action) > CLEAR]
        return paying[0] if paying else LEAVE

    @property
    def acceptable(self) -> list[str]:
        """The actions that earn no clearly less than the best one; leaving all as it is earns 0."""
        earned = {**{action: self.share(action) for action in (ALL, PART)}, LEAVE: 0.0}
        return [action for action, share in earned.items() if share > max(earned.values()) - CLEAR]

    @property
    def harmful(self) -> list[str]:
        return [action for action in (ALL, PART) if self.share(action) < -CLEAR]


@dataclass(frozen=True)
class Situation:
    """``question``: what is asked on the plan screen, with the text that is typed there."""

    name: str
    kind: str
    met: Callable[[Truth], bool] = lambda _: True
    question: tuple[str, str] = ("Same money, better mix", "")
    change: Callable[[KnownWorld], KnownWorld] = lambda world: world
    spec: Callable[[KnownWorld], dict[str, Any]] = lambda _: {}
    sampling: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Steered(KnownWorld):
    """``world`` with other spend; a channel whose ``size`` is s saturates at s times its spend and
    effect."""

    world: KnownWorld
    size: Array

    @property
    def channels(self) -> tuple[str, ...]:
        return self.world.channels

    def response(self, spend: Array) -> Array:
        """(week,) what media add with ``spend (week, channel)``."""
        alone = [
            size * self.world.response(np.where(np.arange(self.size.size) == c, spend / size, 0.0))
            for c, size in enumerate(self.size)
        ]
        return np.asarray(np.sum(alone, axis=0))


def steered(world: KnownWorld, spend: Array, size: Array) -> Steered:
    """The world had ``spend (week, channel)`` been spent, which its sales follow."""
    frame = world.frame.copy()
    there = Steered(world.kind, frame, world.contribution, spend, world, size)
    factor = price_factor(frame["price"].to_numpy(), frame["rival_price"].to_numpy())
    frame["sales"] += factor * (there.response(spend) - world.response(world.spend))
    frame[list(world.channels)] = spend
    return there


def at_its_best(world: KnownWorld) -> KnownWorld:
    """The world whose mix of last year cannot be bettered."""
    even = np.ones(len(world.channels))
    found = steered(world, world.spend, even)
    for _ in range(ROUNDS):
        found = steered(world, found.spend * best_mix(found, today(found))[0], even)
    return found


def with_a_tiny_channel(world: KnownWorld) -> KnownWorld:
    """The world whose radio has a twentieth of its spend and of its effect."""
    size = np.array([1.0, 1.0, 0.05])
    return steered(world, world.spend * size, size)


def two_channels(world: KnownWorld) -> dict[str, Any]:
    """Those whose budgets follow demand; the third is not in the model."""
    return {"channels": [*world.channels[:2]]}


def tested(world: KnownWorld) -> dict[str, Any]:
    """A lift test of the channel that should change most: 8 weeks of last year without it."""
    times = best_mix(world, today(world))[0]
    channel = int(np.argmax(np.abs(times - 1.0) * today(world).sum(0)))
    rows = slice(len(world.spend) - 40, len(world.spend) - 32)
    without = world.spend.copy()
    without[rows, channel] = 0.0
    caused = world.response(world.spend) - world.response(without)
    prices = (world.frame["price"].to_numpy(), world.frame["rival_price"].to_numpy())
    lift = float((caused * price_factor(*prices))[rows].sum())
    weeks = pd.DatetimeIndex(world.frame["week"])[rows].strftime("%Y-%m-%d")
    test = {
        "channel": world.channels[channel],
        "start": weeks[0],
        "end": weeks[-1],
        "control": {"scale": 0.0},
        "result": {"lift": lift, "se": SURE * lift},
    }
    return {"lift_tests": [test]}


SITUATIONS = (
    Situation("good plan", "clean", lambda truth: truth.share(ALL) > CLEAR),
    Situation(
        "harmful but confident",
        "promotion",
        lambda truth: truth.share(ALL) < -CLEAR and truth.odds > CONFIDENT,
    ),
    Situation(
        "all coincidences",
        "white_demand",
        lambda truth: set(truth.grades) == {"coincidence"} and truth.share(ALL) < CLEAR,
        spec=two_channels,
    ),
    Situation("not ready", "clean", sampling={"draws": 50, "tune": 50, "chains": 2}),
    Situation("cut", "clean", question=("Cut by", "15")),
    Situation("goal out of reach", "clean", question=("Reach a goal", "3m")),
    Situation("cannot be told apart", "collinear"),
    Situation("nothing to gain", "clean", lambda truth: truth.best < CLEAR / 2, change=at_its_best),
    Situation(
        "tiny channel extrapolated",
        "clean",
        lambda truth: truth.share(ALL) < -CLEAR,
        question=("Paste my plan", "tv {tv:.0f}\nsearch {search:.0f}\nradio {radio:.0f}"),
        change=with_a_tiny_channel,
    ),
    Situation("hidden demand", "hidden_demand"),
    Situation(
        "tested, to be moved at once", "clean", lambda truth: truth.share(ALL) > CLEAR, spec=tested
    ),
    Situation("drift", "drift"),
)


def world_of(situation: Situation, seed: int) -> KnownWorld:
    return situation.change(make(situation.kind, seed))


def spec_of(situation: Situation, world: KnownWorld) -> dict[str, Any]:
    return {**SPEC, "currency": "USD", **situation.spec(world)}


def typed(situation: Situation, world: KnownWorld) -> tuple[str, str]:
    """The question with its text: a pasted plan moves 40 % of tv's money to radio."""
    usual = today(world).sum(0)
    plan = usual + 0.4 * usual[0] * np.array([-1.0, 0.0, 1.0])
    kind, text = situation.question
    return kind, text.format(**dict(zip(world.channels, plan, strict=True)))


def today(world: KnownWorld) -> Array:
    """(week, channel) the same weeks of last year, which the plan screen compares with."""
    return np.asarray(world.spend[len(world.spend) - YEAR :][:WEEKS])


def earned(world: KnownWorld, plan: Array, after: Array) -> float:
    """What ``plan (week, channel)`` truly brings over no spend in its weeks, less its cost,
    currency; ``after (channel,)``: spend of each week after them."""
    past, tail = world.spend[-LAGS:], np.tile(after, (LAGS, 1))
    paths = (np.concatenate([past, each, tail]) for each in (plan, np.zeros_like(plan)))
    with_plan, without = (float(world.response(path)[LAGS:].sum()) for path in paths)
    return with_plan - without - float(plan.sum())


def best_mix(world: KnownWorld, usual: Array) -> tuple[Array, float]:
    """By what to multiply each channel of ``usual (week, channel)`` under the same total, at most
    twice, and what that earns."""
    after, total = usual.mean(0), usual.sum(0)

    def loss(times: Array) -> float:
        return -earned(world, usual * times, after) / float(total.sum())

    found = minimize(
        loss,
        np.ones(total.size),
        method="SLSQP",
        bounds=[(0.0, 2.0)] * total.size,
        constraints=[LinearConstraint(total[None, :] / total.sum(), 1.0, 1.0)],
        options={"ftol": 1e-9},
    )
    gain = earned(world, usual * found.x, after) - earned(world, usual, after)
    return np.asarray(found.x), gain


def path_of(plan: Mapping[str, Any], world: KnownWorld) -> Array:
    """(week, channel) spend of a plan as the service tells it; a channel that its model does not
    know stays as today."""
    usual = today(world)
    rows = [
        [week["spend"].get(name, usual[at, c]) for c, name in enumerate(world.channels)]
        for at, week in enumerate(plan["by_week"])
    ]
    return np.array(rows)


def truth_of(world: KnownWorld, answer: Mapping[str, Any]) -> Truth:
    """What the plan of an answer, and the part of it to do now, truly earn over today's plan.

    A smaller total must be saved in any case: its plans are compared with an even cut.
    """
    usual, moves = today(world), answer["moves"]
    whole = path_of(answer["plan"], world)
    part = path_of(moves["plan"], world) if moves and moves["plan"] else usual
    smaller = min(1.0, whole.sum() / usual.sum())
    left = usual * (smaller if smaller < 1.0 - CLEAR / 2 else 1.0)
    after = usual.mean(0)
    kept = earned(world, left, after)
    actions = {ALL: whole, PART: part}
    media = earned(world, usual, after) + float(usual.sum())
    return Truth(
        {name: earned(world, plan, after) - kept for name, plan in actions.items()},
        media,
        float(answer["versus_current"]["probability_better"]),
        tuple(answer["evidence"][name]["grade"] for name in whole_names(answer)),
        best_mix(world, usual)[1] / media,
    )


def whole_names(answer: Mapping[str, Any]) -> list[str]:
    return [channel["name"] for channel in answer["plan"]["channels"]]
