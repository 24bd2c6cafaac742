"""What the demo does with a service: from a table to a plan, every estimate beside the truth.

It uploads a simulated table, fits a model, asks two what-if questions, plans the next 13 weeks for
three levels of risk aversion, and writes the report.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from app.client import Client
from app.contract.documents import ModelDocument
from app.contract.plan_answers import AllocationAnswer
from app.demo.story import plan_summary
from app.demo.tables import effects_beside_truth, plans_side_by_side, returns_beside_truth
from app.display.figures import console
from mmm.counterfactual.question import CounterfactualAnswer
from mmm.simulate.worlds import World, make_world

SEED = 10
WEEKS = 13
RISKS = (0.0, 0.5, 1.0)
SAMPLING = {"draws": 700, "tune": 700, "chains": 4, "seed": 1}
OUTPUT = Path("demo-output")


def run(address: Callable[[], str], started: float) -> None:
    """Run the demo; ``address`` waits for the service, ``started`` is when the command began."""
    output = console()
    world = make_world(seed=SEED)
    frame = world.frame
    output.print(
        f"A simulated world: {len(frame)} weeks, {len(world.truth.channels)} channels, a price, a "
        f"rival. One channel, new_video, has only {_history(world)['new_video']} weeks of history. "
        "This world was selected because chance makes the new channel look better than it is: the "
        "demo shows how plans differ with risk aversion, not how often caution pays."
    )
    url = address()
    output.print(f"The service is running at {url}")
    with Client(url) as client:
        model = fit(client, world)
        output.print(f"Verdict: {model.verdict.status}\n", style="bold")
        contributions = client.contributions(model.id)
        output.print(returns_beside_truth(contributions, world.truth, _history(world)))
        output.print(effects_beside_truth(list(what_ifs(client, model.id, world))))
        plans = {risk: allocate(client, model.id, world, risk) for risk in RISKS}
        today = allocate(client, model.id, world, 0.0, keep=True)
        output.print(plans_side_by_side(plans, world.truth, today))
        output.print(plan_summary(plans, contributions, world.truth))
        report = write_report(client.report(model.id))
    output.print(f"\nThe report: {report} ({time.monotonic() - started:.0f} s in total)")


def fit(client: Client, world: World) -> ModelDocument:
    """Upload the table and fit a model, with progress bars of the chains."""
    content = world.frame.to_csv(index=False).encode()
    dataset = client.create_dataset(content, name="simulated world")
    operation = client.fit({"dataset_id": dataset.id}, world.spec, SAMPLING, name="demo")
    finished = client.wait(operation, console=console())
    return client.model(finished.model_id)


def what_ifs(
    client: Client, model_id: str, world: World
) -> Iterator[tuple[str, CounterfactualAnswer, float]]:
    """Effects of a 5 % higher own price and of doubled rival spend, with the true effects."""
    weeks = world.truth.past.weeks
    window = (weeks[-WEEKS], weeks[-1])
    questions = (
        ("own price + 5 %", "price", 1.05, world.truth.do_price),
        ("rival spend doubled", "rival.spend", 2.0, world.truth.do_rival_spend),
    )
    for title, variable, scale, truth in questions:
        question = {
            "window": {"start": str(window[0]), "end": str(window[1])},
            "do": [{"variable": variable, "scale": scale}],
        }
        yield title, client.counterfactual(model_id, question), truth(scale, window)


def allocate(
    client: Client, model_id: str, world: World, risk_aversion: float, keep: bool = False
) -> AllocationAnswer:
    """Plan the next weeks with the budget of the last ones; ``keep`` fixes the current spend."""
    past = world.truth.past
    recent = past.spend[-WEEKS:].sum((0, 1))
    names = world.truth.channels
    fixed = {name: {"fixed": float(x)} for name, x in zip(names, recent, strict=True)}
    return client.allocate(
        model_id,
        {
            "horizon": {"start": str(past.weeks[-1] + timedelta(weeks=1)), "weeks": WEEKS},
            "reference": "last_weeks",
            "budget": {"total": float(recent.sum())},
            "objective": {"kind": "mean_cvar", "risk_aversion": risk_aversion, "tail": 0.1},
            "channels": fixed if keep else {},
        },
    )


def write_report(page: str) -> Path:
    OUTPUT.mkdir(exist_ok=True)
    path = OUTPUT / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _history(world: World) -> dict[str, int]:
    """Weeks since each channel's first spend."""
    spend = world.truth.past.spend.sum(1)
    first = (spend > 0).argmax(0)
    return {n: len(spend) - int(i) for n, i in zip(world.truth.channels, first, strict=True)}
