"""What a client under load asks: reads, what-ifs and allocations, no two of the latter alike."""

from datetime import timedelta
from typing import Any

from numpy.random import Generator

from benchmarks.worlds import World

MIX = {"read": 0.6, "what-if": 0.3, "allocation": 0.1}
WEEKS = 13
_OF_A_MODEL = ("", "/contributions", "/contributions?by=week", "/curves", "/graph")

Question = tuple[str, str, str, dict[str, Any] | None]
"""Kind, method, path and body."""


def question(world: World, model_id: str, dice: Generator) -> Question:
    """One question, kinds as often as MIX says."""
    kind = str(dice.choice(list(MIX), p=list(MIX.values())))
    model = f"/v1/models/{model_id}"
    if kind == "what-if":
        return kind, "POST", f"{model}/counterfactual", what_if(world, dice)
    if kind == "allocation":
        return kind, "POST", f"{model}/allocate", allocation(world, dice)
    paths = ["/v1/models", "/v1/operations", *(model + part for part in _OF_A_MODEL)]
    return kind, "GET", str(dice.choice(paths)), None


def what_if(world: World, dice: Generator) -> dict[str, Any]:
    """A channel or the price changed over the last quarter of the history."""
    variable = str(dice.choice([*world.channels, "price"]))
    weeks = world.frame["date"]
    window = {"start": str(weeks.iloc[-WEEKS])[:10], "end": str(weeks.iloc[-1])[:10]}
    do = [{"variable": variable, "scale": dice.uniform(0.8, 1.2)}]
    return {"window": window, "do": do, "accept_rejected": True}


def allocation(world: World, dice: Generator) -> dict[str, Any]:
    """About the usual budget of a quarter."""
    start = world.frame["date"].iloc[-1] + timedelta(weeks=1)
    total = float(world.weekly_spend.sum()) * WEEKS * dice.uniform(0.8, 1.2)
    objective = {"kind": "mean_cvar", "risk_aversion": float(dice.random()), "tail": 0.1}
    return {
        "horizon": {"start": str(start)[:10], "weeks": WEEKS},
        "budget": {"total": total},
        "objective": objective,
        "accept_rejected": True,
    }
