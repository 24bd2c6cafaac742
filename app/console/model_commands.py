"""Commands that query a model file: contributions, graph, whatif, allocate, report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.console.options import (
    AcceptRejected,
    AsJson,
    ExistingFile,
    Read,
    RequestFile,
    SheetOption,
    TableFile,
    TableName,
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
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Decompose the KPI into contributions, with ROI and marginal ROI per channel."""
    from app.console.files import save_tables
    from app.console.tables.model import components_table, returns_table
    from app.display.figures import show
    from mmm.attribution.contributions import contributions as decompose
    from mmm.posterior.fitted import load_model

    fitted = load_model(model)
    _note_if_draft(fitted)
    answer = decompose(fitted, by=by)
    save_tables("contributions", answer, output, table)
    show(answer, as_json, components_table, returns_table)


def graph(model: ExistingFile, as_json: AsJson = False) -> None:
    """Show the causal graph, and which effects it identifies."""
    from app.console.tables.graph import effects_table, independence_table, nodes_table
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
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Answer a what-if question: the effect of a change in spend, price, a mediator or a rival."""
    from app.console.arguments import intervention
    from app.console.files import load_accepted, load_request, save_tables
    from app.console.tables.model import effect_table
    from app.contract.base import request_of
    from app.display.figures import show
    from mmm.counterfactual.answer import answer
    from mmm.counterfactual.question import Counterfactual

    actions = [intervention(item) for item in do or []]
    fitted, warnings = load_accepted(model, accept_rejected)
    weeks = fitted.panel.weeks
    window = {"start": start or weeks[0].isoformat(), "end": end or weeks[-1].isoformat()}
    given = {"window": window, "kind": kind, "do": actions}
    question = request_of(Counterfactual, load_request(request) if request else given)
    effect = answer(fitted, question)
    save_tables("counterfactual", effect, output, table)
    show(effect, as_json, effect_table, warnings=(*warnings, *effect.warnings))


def allocate(
    model: ExistingFile,
    weeks: Annotated[int, typer.Option(help="Weeks to plan, after the last of the data.")] = 13,
    total: Annotated[
        float | None, typer.Option(help="Budget; default: the total of the reference.")
    ] = None,
    budget_change: Annotated[
        float, typer.Option("--change", help="Budget relative to the reference's; -0.1: 10 % less.")
    ] = 0.0,
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
    committed: Limits = None,
    max_change: Limits = None,
    fewest_moves: Annotated[
        float | None,
        typer.Option(help="Change as few channels as keep this share of the gain."),
    ] = None,
    least_movement: Annotated[
        float | None,
        typer.Option(help="Move the least money that loses this share of the gain at most."),
    ] = None,
    round_to: Annotated[
        float | None, typer.Option(help="Make every channel's total a multiple of this.")
    ] = None,
    explore: Explore = False,
    request: RequestFile = None,
    sheet: SheetOption = None,
    read: Read = None,
    accept_rejected: AcceptRejected = False,
    as_json: AsJson = False,
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Find the budget plan that is best for a risk aversion."""
    from app.console.arguments import channel_bounds
    from app.console.files import horizon_after_data, load_accepted, load_request, save_tables
    from app.console.second_file import second_beside
    from app.console.sheet_file import over_sheet, refuse_beside_sheet
    from app.console.tables.plan import tables_of
    from app.contract.base import request_of
    from app.contract.plan_requests import AllocateBody
    from app.display.asked import asked_rows, goal_rows
    from app.display.figures import show
    from app.services.planning.allocate import allocate_model
    from app.services.planning.units import gain_words

    limits = {
        "min": least,
        "max": most,
        "fixed": fixed,
        "committed": committed,
        "max_change": max_change,
    }
    bounds = channel_bounds({name: items or [] for name, items in limits.items()})
    fitted, warnings = load_accepted(model, accept_rejected)
    given = {
        "horizon": horizon_after_data(fitted, weeks),
        "budget": {"change": budget_change} if total is None else {"total": total},
        "reference": reference,
        "objective": {"kind": "mean_cvar", "risk_aversion": risk_aversion, "tail": tail},
        "channels": bounds,
        "fewest_moves": fewest_moves,
        "least_movement": least_movement,
        "round_to": round_to,
        "explore": explore,
    }
    if sheet is not None:
        refuse_beside_sheet(request=request)
        given = over_sheet(fitted, sheet, read, given, total=total, change=budget_change)
    body = request_of(AllocateBody, load_request(request) if request else given)
    allocation = allocate_model(fitted, body, warnings, second=second_beside(model, fitted))
    save_tables("plan", allocation, output, table)
    if not as_json:
        typer.echo(allocation.summary)
    words = gain_words(fitted, body.objective)
    asked = [*asked_rows(allocation, body, words), *goal_rows(allocation, body)]
    show(allocation, as_json, *tables_of(allocation, asked), warnings=allocation.warnings)


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
    sheet: SheetOption = None,
    read: Read = None,
    accept_rejected: AcceptRejected = False,
    as_json: AsJson = False,
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Evaluate a given plan: its expected gain, the uncertainty of the gain, and its risk."""
    from app.console.arguments import amounts
    from app.console.files import horizon_after_data, load_accepted, load_request, save_tables
    from app.console.second_file import second_beside
    from app.console.sheet_file import refuse_beside_sheet, sheet_request
    from app.console.tables.plan import tables_of
    from app.contract.base import request_of
    from app.contract.plan_requests import EvaluatePlanBody
    from app.display.figures import show
    from app.services.planning.evaluate_plan import evaluation

    spend = amounts("--plan", plan or [])
    fitted, warnings = load_accepted(model, accept_rejected)
    given = {
        "horizon": horizon_after_data(fitted, weeks),
        "plan": spend,
        "reference": reference,
        "explore": explore,
    }
    if sheet is not None:
        refuse_beside_sheet(request=request, plan=plan)
        given |= sheet_request(fitted, sheet, read)
    body = request_of(EvaluatePlanBody, load_request(request) if request else given)
    evaluated = evaluation(fitted, body, warnings, second=second_beside(model, fitted))
    save_tables("plan", evaluated, output, table)
    if not as_json and evaluated.moves:
        typer.echo(evaluated.moves.summary)
    show(evaluated, as_json, *tables_of(evaluated), warnings=evaluated.warnings)


def report(
    model: ExistingFile,
    output: Annotated[Path, output_option()] = Path("report.html"),
    request: RequestFile = None,
    accept_rejected: AcceptRejected = False,
) -> None:
    """Write one self-contained HTML page about the model: what to do, what happened, evidence.

    The plan is today's money in a better mix over 13 weeks, or the answer to --request.
    """
    from app.console.files import load_accepted, load_request, save_text
    from app.console.second_file import second_beside
    from app.contract.base import request_of
    from app.contract.plan_requests import AllocateBody
    from app.report import Asker, plan_story, render, usual_story
    from mmm.posterior.fitted import load_model

    if request is None:
        fitted = load_model(model)
        asker = Asker(fitted, second_beside(model, fitted))
        page = render(fitted, usual_story(asker, accept_rejected=accept_rejected))
    else:
        fitted, _ = load_accepted(model, accept_rejected)
        asker = Asker(fitted, second_beside(model, fitted))
        body = request_of(AllocateBody, load_request(request))
        page = render(fitted, plan_story(asker, body))
    save_text(page, output)
    note(f"wrote {output}")


def _note_if_draft(model: "FittedModel") -> None:
    """Print that the model is a draft, for answers that carry no warnings."""
    from mmm.posterior.verdict import DRAFT_NOTE

    if model.verdict.draft:
        note(DRAFT_NOTE)
