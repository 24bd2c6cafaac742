"""What it costs and saves to stay inside what the data support, on worlds of known truth.

    python -m benchmarks.region_plans --seeds 1-3 [--kinds clean,messy] [--out regions.jsonl]

Every world is planned for the money of its last 13 weeks: by default, with ``explore``, within 30 %
of today's spend, and with each channel at most 1, 1.25 or 2 times the most it had in 13 weeks.
"""

import argparse
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from app.contract.plan_requests import AllocateBody
from app.services.planning.allocate import allocate_model
from benchmarks.evidence import KINDS, MESSY, SAMPLING, made, seeds_of, table
from benchmarks.evidence_plans import HARM, WEEKS, true_response
from benchmarks.many_worlds import Record, each_world, fitter
from benchmarks.messy_worlds import SPEC as MESSY_SPEC
from benchmarks.wrong_worlds import SPEC, KnownWorld
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import ModelSpec

MULTIPLES = (1.0, 1.25, 2.0)
HEADS = ("rule", "plans", "true %", "worst %", "harmful", "promised %")


def rules(world: KnownWorld) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and fields of the requests that are compared."""
    yield "default", {}
    yield "explore", {"explore": True}
    yield "30 % box", {"channels": {name: {"max_change": 0.3} for name in world.channels}}
    most = [np.convolve(own, np.ones(WEEKS), "valid").max() for own in world.spend.T]
    for times in MULTIPLES:
        limits = {n: {"max": times * m} for n, m in zip(world.channels, most, strict=True)}
        yield f"{times:g} x seen", {"explore": True, "channels": limits}


def planned(model: FittedModel, world: KnownWorld) -> Record:
    """By rule: the true change in % of what today's spend earns, and the promised one."""
    usual = world.spend[-WEEKS:].sum(0)
    today = true_response(world, usual)
    found = {}
    for name, fields in rules(world):
        body = AllocateBody.model_validate(
            {
                "horizon": {"start": model.panel.weeks[-1] + timedelta(weeks=1), "weeks": WEEKS},
                "budget": {"total": float(usual.sum())},
                "reference": "last_weeks",
                "after": "zero",
                "objective": {"kind": "mean_cvar", "risk_aversion": 0.5},
                "prove": False,
                **fields,
            }
        )
        answer = allocate_model(model, body)
        spend = np.array([channel.spend for channel in answer.plan.channels])
        change = 100.0 * (true_response(world, spend) / today - 1.0)
        found[name] = {"true": change, "promised": 100.0 * answer.versus_current.mean / today}
    return found


def lines(rows: list[Record]) -> Iterator[tuple[str, ...]]:
    """The table: one line a rule."""
    for name in rows[0]["plans"]:
        true = np.array([row["plans"][name]["true"] for row in rows])
        promised = np.mean([row["plans"][name]["promised"] for row in rows])
        yield (
            name,
            str(true.size),
            f"{true.mean():.1f}",
            f"{true.min():.0f}",
            str(int((true < HARM).sum())),
            f"{promised:.0f}",
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1-3")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--out", type=Path, default=Path("regions.jsonl"))
    given = parser.parse_args()
    rows: list[Record] = []
    for kind in given.kinds.split(","):
        fit = fitter(ModelSpec.model_validate(MESSY_SPEC if kind == MESSY else SPEC), SAMPLING)

        def measure(seed: int, kind: str = kind, fit: Any = fit) -> Record:
            world = made(kind, seed)
            return {"plans": planned(fit(world.frame), world)}

        rows += each_world(given.out, {"kind": kind}, seeds_of(given.seeds), measure)
    table(HEADS, lines(rows))


if __name__ == "__main__":
    main()
