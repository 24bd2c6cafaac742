"""The plan of a fitted world against its truth: what it promised, what came, what it said.

The plan is the default's answer to "the same money as in the last 13 weeks, better mix", each
channel between nothing and twice its spend there; beside it stand its moves to make now. Loss and
gain are in % of what that spend truly earns, with carryover after the window and the last week's
effectiveness.
"""

from datetime import timedelta
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint, minimize

from app.contract.documents import SecondModelDocument
from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_requests import AllocateBody
from app.services.planning.allocate import allocate_model
from app.services.planning.second_opinion import NO_SECOND_MODEL, SecondModel
from benchmarks.messy_worlds import LAGS
from benchmarks.wrong_worlds import KnownWorld
from mmm.posterior.evidence import GRADES, LOWER_GRADES
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

WEEKS = 13
MOST = 2.0
HARM = -2.0
"""A plan truly loses from this change in % on."""

CLEAR = 0.01
"""Share of the total that a move is at least."""

STARTS, SLACK = 8, 1e-5


def planned(
    model: FittedModel, world: KnownWorld, second: FittedModel | None = None
) -> dict[str, Any]:
    """What a row keeps of the plan: true change in %, promised odds, status, flagged channels, and
    the odds by the second model, if one was fitted."""
    usual = world.spend[-WEEKS:].sum(0)
    body = AllocateBody.model_validate(
        {
            "horizon": {"start": model.panel.weeks[-1] + timedelta(weeks=1), "weeks": WEEKS},
            "reference": "last_weeks",
            "after": "zero",
            "budget": {"total": float(usual.sum())},
            "channels": {
                name: {"min": 0.0, "max": float(MOST * spend)}
                for name, spend in zip(world.channels, usual, strict=True)
            },
        }
    )
    answer = allocate_model(model, body, second=_beside(second))
    spend = np.array([channel.spend for channel in answer.plan.channels])
    today = true_response(world, usual)
    lower = tuple(GRADES[grade].lower() for grade in LOWER_GRADES)
    flagged = [
        name
        for name in world.channels
        if any(
            text.startswith(f"{name}: ") and text.split(": ")[1].startswith(lower)
            for text in answer.warnings
        )
    ]
    return {
        "change": 100.0 * (true_response(world, spend) / today - 1.0) if today > 0.0 else 0.0,
        "probability_better": answer.versus_current.probability_better,
        "status": answer.status,
        "flagged": flagged,
        "second": answer.second_model.probability_better if answer.second_model else None,
        "now": _moves(world, answer, usual),
    }


def _moves(world: KnownWorld, answer: AllocationAnswer, usual: Array) -> dict[str, Any]:
    """The moves to make now against the truth, in % of what today's spend truly earns.

    ``best``: what the best plan would gain. ``good`` and ``held_back``: moves of the model alone
    towards the best plan, and those of them that wait for a test.
    """
    moves, today = answer.moves, true_response(world, usual)
    if moves is None or moves.plan is None or today <= 0.0:
        return {"change": 0.0, "promised": 0.0, "best": 0.0, "good": 0, "held_back": 0}
    best = best_plan(world, usual)
    now = np.array([channel.spend for channel in moves.plan.channels])
    model = np.array([channel.spend for channel in answer.plan.channels])
    apart = CLEAR * usual.sum()
    good = (np.abs(model - usual) > apart) & ((model - usual) * (best - usual) > 0.0)
    waits = good & (np.abs(now - usual) < 0.5 * np.abs(model - usual))
    return {
        "change": 100.0 * (true_response(world, now) / today - 1.0),
        "promised": 100.0 * moves.gain.mean / today if moves.gain else 0.0,
        "best": 100.0 * (true_response(world, best) / today - 1.0),
        "chances": moves.chances_in_20,
        "odds": moves.probability_better,
        "second": moves.second_model,
        "moved": float(np.abs(now - usual).sum() / usual.sum() / 2.0),
        "good": int(good.sum()),
        "held_back": int(waits.sum()),
    }


def best_plan(world: KnownWorld, usual: Array) -> Array:
    """(channel,) the best of several local optima under the same total and limits."""
    total, most, today = usual.sum(), MOST * usual, true_response(world, usual)
    rng, best = np.random.default_rng(0), usual

    def loss(share: Array) -> float:
        return -true_response(world, share * total) / today

    for start in (usual, *rng.dirichlet(np.ones(usual.size), STARTS) * total):
        found = minimize(
            loss,
            np.minimum(start, most) / total,
            method="SLSQP",
            bounds=[(0.0, high / total) for high in most],
            constraints=[LinearConstraint(np.ones((1, usual.size)), 1.0, 1.0)],
            options={"maxiter": 60, "ftol": 1e-8},
        )
        plan = np.clip(found.x, 0.0, most / total) * total
        kept = abs(plan.sum() - total) < SLACK * total
        if kept and true_response(world, plan) > true_response(world, best):
            best = plan
    return best


def _beside(second: FittedModel | None) -> SecondModel:
    if second is None:
        return NO_SECOND_MODEL
    document = SecondModelDocument(status="ready", structure="", reason=None, operation_id=None)
    return SecondModel(document, second)


def true_response(world: KnownWorld, total: Array) -> float:
    """What ``total (channel,)``, spread as in the last 13 weeks, adds with its carryover."""
    usual = world.spend[-WEEKS:]
    profile = np.divide(
        usual, usual.sum(0), out=np.full_like(usual, 1.0 / WEEKS), where=usual.sum(0) > 0
    )
    past, tail = world.spend[-WEEKS - LAGS : -WEEKS], np.zeros((LAGS, len(world.channels)))
    chosen = world.response(np.concatenate([past, profile * total, tail]))
    silent = world.response(np.concatenate([past, np.zeros_like(profile), tail]))
    return float(chosen.sum() - silent.sum())
