"""Commands that question a model file: contributions, graph, whatif, allocate, report."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.console.options import Accept, AsJson, Existing, Request, note, written

if TYPE_CHECKING:
    from mmm.posterior.fitted import FittedModel

Limits = Annotated[list[str] | None, typer.Option(metavar="CHANNEL=NUMBER")]


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (contributions, graph, whatif, allocate, evaluate_plan, report):
        cli.command()(command)


def contributions(
    model: Existing,
    by: Annotated[Literal["total", "week", "geo"], typer.Option(help="Rows for which cells.")] = (
        "total"
    ),
    as_json: AsJson = False,
) -> None:
    """Who caused what: components, ROI and marginal ROI."""
    from app.console.tables import components_table, returns_table
    from app.display.figures import show
    from mmm.attribution.contributions import contributions as decompose
    from mmm.posterior.fitted import load_model

    fitted = load_model(model)
    _say_if_draft(fitted)
    show(decompose(fitted, by=by), as_json, components_table, returns_table)


def graph(model: Existing, as_json: AsJson = False) -> None:
    """What acts on what, and which effects that identifies."""
    from app.console.graph_tables import effects_table, independence_table, nodes_table
    from app.display.figures import show
    from mmm.causal.explain import explain_graph
    from mmm.posterior.fitted import load_model

    fitted = load_model(model)
    _say_if_draft(fitted)
    found = explain_graph(fitted)
    warnings = [f"{item.name}: {item.detail}" for item in found.warnings]
    notes = (*warnings, *found.notes, found.independencies.note)
    tests = [independence_table] if found.independencies.tests else []
    show(found, as_json, nodes_table, effects_table, *tests, warnings=notes)


def whatif(
    model: Existing,
    do: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VARIABLE:ACTION=NUMBER",
            help="As tv:scale=0 (or set, add), tv:shift=2 (weeks later), or "
            "rival.price:follows=price:share=0.6 (a reaction); repeatable.",
        ),
    ] = None,
    start: Annotated[str | None, typer.Option(help="First week; default: of the data.")] = None,
    end: Annotated[str | None, typer.Option(help="Last week; default: of the data.")] = None,
    kind: Literal["interventional", "counterfactual", "forecast"] = "interventional",
    request: Request = None,
    accept_rejected: Accept = False,
    as_json: AsJson = False,
) -> None:
    """What if spend, a price, a mediator or a rival were different: effect, with its interval."""
    from app.console.arguments import intervention
    from app.console.files import load_request, request_of
    from app.console.tables import effect_table
    from app.display.figures import show
    from mmm.counterfactual.answer import answer
    from mmm.counterfactual.question import Counterfactual

    actions = [intervention(item) for item in do or []]
    fitted, warnings = _trusted(model, accept_rejected)
    weeks = fitted.panel.weeks
    window = {"start": start or weeks[0].isoformat(), "end": end or weeks[-1].isoformat()}
    given = {"window": window, "kind": kind, "do": actions}
    question = request_of(Counterfactual, load_request(request) if request else given)
    found = answer(fitted, question)
    show(found, as_json, effect_table, warnings=(*warnings, *found.warnings))


def allocate(
    model: Existing,
    weeks: Annotated[int, typer.Option(help="Weeks to plan, from the one after the data.")] = 13,
    total: Annotated[float | None, typer.Option(help="Budget; default: as recently.")] = None,
    risk_aversion: Annotated[float, typer.Option(help="0: expected gain; 1: worst cases.")] = 0.5,
    tail: Annotated[float, typer.Option(help="Share of draws that are worst cases.")] = 0.1,
    least: Annotated[
        list[str] | None, typer.Option("--min", metavar="CHANNEL=NUMBER", help="Repeatable.")
    ] = None,
    most: Annotated[list[str] | None, typer.Option("--max", metavar="CHANNEL=NUMBER")] = None,
    fixed: Limits = None,
    max_change: Limits = None,
    request: Request = None,
    accept_rejected: Accept = False,
    as_json: AsJson = False,
) -> None:
    """The budget plan that is best for an attitude to risk."""
    from app.console.arguments import channel_bounds
    from app.console.files import load_request, request_of
    from app.console.plan_tables import gain_table, plan_table
    from app.contract.plan_requests import AllocateBody
    from app.display.figures import show
    from app.services.planning.allocate import answer

    limits = {"min": least, "max": most, "fixed": fixed, "max_change": max_change}
    bounds = channel_bounds({name: items or [] for name, items in limits.items()})
    fitted, warnings = _trusted(model, accept_rejected)
    given = {
        "horizon": _after(fitted, weeks),
        "budget": {"total": _recent_spend(fitted, weeks) if total is None else total},
        "objective": {"kind": "mean_cvar", "risk_aversion": risk_aversion, "tail": tail},
        "channels": bounds,
    }
    body = request_of(AllocateBody, load_request(request) if request else given)
    found = answer(fitted, body, warnings)
    if not as_json:
        typer.echo(found.summary)
    show(found, as_json, plan_table, gain_table, warnings=found.warnings)


def evaluate_plan(
    model: Existing,
    plan: Annotated[
        list[str] | None,
        typer.Option(metavar="CHANNEL=NUMBER", help="Total over the weeks; repeat for each."),
    ] = None,
    weeks: Annotated[
        int, typer.Option(help="Weeks of the plan, from the one after the data.")
    ] = 13,
    request: Request = None,
    accept_rejected: Accept = False,
    as_json: AsJson = False,
) -> None:
    """Score a plan that somebody else made: what it brings, how sure that is, what it risks."""
    from app.console.arguments import amounts
    from app.console.files import load_request, request_of
    from app.console.plan_tables import gain_table, plan_table
    from app.contract.plan_requests import EvaluatePlanBody
    from app.display.figures import show
    from app.services.planning.evaluate_plan import evaluation

    spend = amounts("--plan", plan or [])
    fitted, warnings = _trusted(model, accept_rejected)
    given = {"horizon": _after(fitted, weeks), "plan": spend}
    body = request_of(EvaluatePlanBody, load_request(request) if request else given)
    found = evaluation(fitted, body, warnings)
    show(found, as_json, plan_table, gain_table, warnings=found.warnings)


def report(
    model: Existing,
    output: Annotated[Path, written()] = Path("report.html"),
) -> None:
    """Write one self-contained HTML page about the model."""
    from app.console.files import save_text
    from app.report import render
    from mmm.posterior.fitted import load_model

    save_text(render(load_model(model)), output)
    note(f"wrote {output}")


def _trusted(path: Path, accept_rejected: bool) -> tuple["FittedModel", list[str]]:
    """The model, and the warnings its answers carry; raises ModelRejected."""
    from app.services.catalog.trust import standing_warnings
    from mmm.posterior.fitted import load_model

    model = load_model(path)
    return model, standing_warnings(model.verdict, accept_rejected=accept_rejected)


def _say_if_draft(model: "FittedModel") -> None:
    """For answers that carry no warnings of their own."""
    from mmm.posterior.verdict import DRAFT_NOTE

    if model.verdict.draft:
        note(DRAFT_NOTE)


def _after(model: "FittedModel", weeks: int) -> dict[str, Any]:
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    return {"start": start.isoformat(), "weeks": weeks}


def _recent_spend(model: "FittedModel", weeks: int) -> float:
    """What was spent in the last ``weeks`` weeks, all channels and geos."""
    return float(model.panel.array("spend")[-weeks:].sum())
