"""Commands that query a model file: contributions, graph, whatif, allocate, report."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.console.options import (
    AcceptRejected,
    AsJson,
    ExistingFile,
    RequestFile,
    note,
    output_option,
)

if TYPE_CHECKING:
    from mmm.posterior.fitted import FittedModel

Limits = Annotated[list[str] | None, typer.Option(metavar="CHANNEL=NUMBER")]
Explore = Annotated[
    bool, typer.Option("--explore", help="Allow more than the data support; less certain.")
]
Reference = Annotated[
    Literal["last_weeks", "last_year"] | None,
    typer.Option(help="Today's plan; default: last year's weeks where the data have 60."),
]


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (contributions, graph, whatif, allocate, evaluate_plan, report):
        cli.command()(command)


def contributions(
    model: ExistingFile,
    by: Annotated[
        Literal["total", "week", "geo"], typer.Option(help="One row in total, per week or per geo.")
    ] = "total",
    as_json: AsJson = False,
) -> None:
    """Decompose the KPI into contributions, with ROI and marginal ROI per channel."""
    from app.console.tables import components_table, returns_table
    from app.display.figures import show
    from mmm.attribution.contributions import contributions as decompose
    from mmm.posterior.fitted import load_model

    fitted = load_model(model)
    _note_if_draft(fitted)
    show(decompose(fitted, by=by), as_json, components_table, returns_table)


def graph(model: ExistingFile, as_json: AsJson = False) -> None:
    """Show the causal graph, and which effects it identifies."""
    from app.console.graph_tables import effects_table, independence_table, nodes_table
    from app.display.figures import show
    from mmm.causal.explain_graph import explain_graph
    from mmm.posterior.fitted import load_model

    fitted = load_model(model)
    _note_if_draft(fitted)
    explained = explain_graph(fitted)
    warnings = [f"{item.name}: {item.detail}" for item in explained.warnings]
    notes = (*warnings, *explained.notes, explained.independencies.note)
    tests = [independence_table] if explained.independencies.tests else []
    show(explained, as_json, nodes_table, effects_table, *tests, warnings=notes)


def whatif(
    model: ExistingFile,
    do: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VARIABLE:ACTION=NUMBER",
            help="For example tv:scale=0 (or set, add), tv:shift=2 (weeks later), or "
            "rival.price:follows=price:share=0.6 (a policy); repeatable.",
        ),
    ] = None,
    start: Annotated[
        str | None, typer.Option(help="First week; default: the first of the data.")
    ] = None,
    end: Annotated[str | None, typer.Option(help="Last week; default: the last of the data.")] = (
        None
    ),
    kind: Literal["interventional", "counterfactual", "forecast"] = "interventional",
    request: RequestFile = None,
    accept_rejected: AcceptRejected = False,
    as_json: AsJson = False,
) -> None:
    """Answer a what-if question: the effect of a change in spend, price, a mediator or a rival."""
    from app.console.arguments import intervention
    from app.console.files import load_request, request_of
    from app.console.tables import effect_table
    from app.display.figures import show
    from mmm.counterfactual.answer import answer
    from mmm.counterfactual.question import Counterfactual

    actions = [intervention(item) for item in do or []]
    fitted, warnings = _load_accepted(model, accept_rejected)
    weeks = fitted.panel.weeks
    window = {"start": start or weeks[0].isoformat(), "end": end or weeks[-1].isoformat()}
    given = {"window": window, "kind": kind, "do": actions}
    question = request_of(Counterfactual, load_request(request) if request else given)
    effect = answer(fitted, question)
    show(effect, as_json, effect_table, warnings=(*warnings, *effect.warnings))


def allocate(
    model: ExistingFile,
    weeks: Annotated[int, typer.Option(help="Weeks to plan, after the last of the data.")] = 13,
    total: Annotated[
        float | None, typer.Option(help="Budget; default: the total of the reference.")
    ] = None,
    reference: Reference = None,
    risk_aversion: Annotated[
        float, typer.Option(help="0 maximizes the expected gain, 1 the mean of the worst cases.")
    ] = 0.7,
    tail: Annotated[float, typer.Option(help="Share of draws that count as worst cases.")] = 0.1,
    least: Annotated[
        list[str] | None, typer.Option("--min", metavar="CHANNEL=NUMBER", help="Repeatable.")
    ] = None,
    most: Annotated[list[str] | None, typer.Option("--max", metavar="CHANNEL=NUMBER")] = None,
    fixed: Limits = None,
    max_change: Limits = None,
    explore: Explore = False,
    request: RequestFile = None,
    accept_rejected: AcceptRejected = False,
    as_json: AsJson = False,
) -> None:
    """Find the budget plan that is best for a risk aversion."""
    from app.console.arguments import channel_bounds
    from app.console.files import load_request, request_of
    from app.console.plan_tables import tables_of
    from app.contract.plan_requests import AllocateBody
    from app.display.figures import show
    from app.services.planning.allocate import allocate_model

    limits = {"min": least, "max": most, "fixed": fixed, "max_change": max_change}
    bounds = channel_bounds({name: items or [] for name, items in limits.items()})
    fitted, warnings = _load_accepted(model, accept_rejected)
    given = {
        "horizon": _horizon_after_data(fitted, weeks),
        "budget": {"total": _reference_total(fitted, weeks, reference) if total is None else total},
        "reference": reference,
        "objective": {"kind": "mean_cvar", "risk_aversion": risk_aversion, "tail": tail},
        "channels": bounds,
        "explore": explore,
    }
    body = request_of(AllocateBody, load_request(request) if request else given)
    allocation = allocate_model(fitted, body, warnings)
    if not as_json:
        typer.echo(allocation.summary)
    show(allocation, as_json, *tables_of(allocation), warnings=allocation.warnings)


def evaluate_plan(
    model: ExistingFile,
    plan: Annotated[
        list[str] | None,
        typer.Option(metavar="CHANNEL=NUMBER", help="Total over the weeks; once per channel."),
    ] = None,
    weeks: Annotated[int, typer.Option(help="Weeks of the plan, after the last of the data.")] = 13,
    reference: Reference = None,
    explore: Explore = False,
    request: RequestFile = None,
    accept_rejected: AcceptRejected = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate a given plan: its expected gain, the uncertainty of the gain, and its risk."""
    from app.console.arguments import amounts
    from app.console.files import load_request, request_of
    from app.console.plan_tables import tables_of
    from app.contract.plan_requests import EvaluatePlanBody
    from app.display.figures import show
    from app.services.planning.evaluate_plan import evaluation

    spend = amounts("--plan", plan or [])
    fitted, warnings = _load_accepted(model, accept_rejected)
    given = {
        "horizon": _horizon_after_data(fitted, weeks),
        "plan": spend,
        "reference": reference,
        "explore": explore,
    }
    body = request_of(EvaluatePlanBody, load_request(request) if request else given)
    evaluated = evaluation(fitted, body, warnings)
    if not as_json and evaluated.moves:
        typer.echo(evaluated.moves.summary)
    show(evaluated, as_json, *tables_of(evaluated), warnings=evaluated.warnings)


def report(
    model: ExistingFile,
    output: Annotated[Path, output_option()] = Path("report.html"),
) -> None:
    """Write one self-contained HTML page about the model."""
    from app.console.files import save_text
    from app.report import render
    from mmm.posterior.fitted import load_model

    save_text(render(load_model(model)), output)
    note(f"wrote {output}")


def _load_accepted(path: Path, accept_rejected: bool) -> tuple["FittedModel", list[str]]:
    """The model, and the warnings of its verdict; raises ModelRejected unless accepted."""
    from app.services.catalog.trust import standing_warnings
    from mmm.posterior.fitted import load_model

    model = load_model(path)
    return model, standing_warnings(model.verdict, accept_rejected=accept_rejected)


def _note_if_draft(model: "FittedModel") -> None:
    """Print that the model is a draft, for answers that carry no warnings."""
    from mmm.posterior.verdict import DRAFT_NOTE

    if model.verdict.draft:
        note(DRAFT_NOTE)


def _horizon_after_data(model: "FittedModel", weeks: int) -> dict[str, Any]:
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    return {"start": start.isoformat(), "weeks": weeks}


def _reference_total(
    model: "FittedModel", weeks: int, kind: Literal["last_weeks", "last_year"] | None
) -> float:
    """Total of today's plan over the ``weeks`` weeks after the data."""
    from mmm.counterfactual.reference import ReferenceChoice, reference_plan

    return float(reference_plan(model, weeks, ReferenceChoice(kind)).spend.sum())
