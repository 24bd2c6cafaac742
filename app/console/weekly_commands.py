"""Commands of the weekly routine with a model: refit, stability, plan-vs-actual."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.console.options import (
    AsJson,
    ExistingFile,
    Read,
    TableFile,
    TableName,
    With,
    note,
    output_option,
)

if TYPE_CHECKING:
    from mmm.refit.report import StabilityReport


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (refit, stability, plan_vs_actual):
        cli.command()(command)


def refit(
    model: ExistingFile,
    data: ExistingFile,
    output: Annotated[Path, output_option("File of the new model.")],
    spec: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A changed specification, as JSON."),
    ] = None,
    accept_restated: Annotated[
        bool, typer.Option("--accept-restated", help="Accept changed values of past weeks.")
    ] = False,
    read: Read = None,
    beside: With = None,
) -> None:
    """Refit a model with the new weeks in DATA, which may also contain the past weeks."""
    from app.console.files import load_spec, load_table
    from app.console.tables.model import evidence_table, verdict_table
    from app.display.figures import console
    from app.display.progress import FitProgress
    from mmm.data.design import design_of
    from mmm.posterior.fitted import load_model, save_model
    from mmm.refit.append_weeks import append_weeks
    from mmm.refit.carry_scales import carry_scales
    from mmm.refit.stability import stability as compare

    old = load_model(model)
    declared = load_spec(spec) if spec else old.spec
    table = load_table(data, read or (), old.panel.recipe, beside)
    appended = append_weeks(old, table.frame, declared, accept=accept_restated)
    design = design_of(declared, appended.panel, carry_scales(old, declared, appended.panel))
    with FitProgress() as bars:
        bars.show("starting", 0.0, [])
        from mmm.inference.fit import fit as sample

        new = sample(design, old.method.sampling, bars.follow)
    save_model(new, output)
    console().print(verdict_table(new.verdict))
    if new.evidence:
        console().print(evidence_table(new.evidence.grades()))
    note(f"wrote {output}: {len(appended.new_weeks)} new weeks, {new.method.seconds:.1f} s")
    _print_stability(compare(old, new), as_json=False)


def stability(
    before: ExistingFile,
    after: ExistingFile,
    as_json: AsJson = False,
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Report what changed from a model file to its refit, how much, and due to which data."""
    from app.console.files import save_tables
    from mmm.posterior.fitted import load_model
    from mmm.refit.stability import stability as compare

    report = compare(load_model(before), load_model(after))
    save_tables("stability", report, output, table)
    _print_stability(report, as_json=as_json)


def plan_vs_actual(
    model: ExistingFile,
    data: ExistingFile,
    request: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="The plan: a request of evaluate-plan."),
    ],
    read: Read = None,
    beside: With = None,
    as_json: AsJson = False,
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Split actual less planned KPI into plan, execution, market and model.

    MODEL is the model that made the plan; DATA contains the actual weeks.
    """
    from app.console.files import load_request, load_table, save_tables
    from app.console.tables.variance import parts_table, rows_table
    from app.contract.base import request_of
    from app.contract.plan_requests import EvaluatePlanBody
    from app.display.figures import show
    from app.services.planning.evaluate_plan import evaluation
    from app.services.planning.planned_weeks import planned_weeks
    from app.services.planning.summary import variance_summary
    from mmm.plan.plan_vs_actual import plan_versus_actual
    from mmm.posterior.fitted import load_model
    from mmm.refit.append_weeks import append_weeks, newest_rows

    fitted = load_model(model)
    document = load_request(request)
    answer = evaluation(fitted, request_of(EvaluatePlanBody, document)).model_dump(mode="json")
    planned = planned_weeks(fitted, "evaluate_plan", document, answer)
    actual = load_table(data, read or (), fitted.panel.recipe, beside)
    came = append_weeks(fitted, newest_rows(fitted, [actual.frame]))
    comparison = plan_versus_actual(fitted, planned, came.panel)
    save_tables("plan_vs_actual", comparison, output, table)
    if not as_json:
        typer.echo(variance_summary(comparison))
    show(comparison, as_json, rows_table, parts_table)


def _print_stability(report: "StabilityReport", *, as_json: bool) -> None:
    from app.console.tables.stability import checks_table, moved_table, weeks_table
    from app.display.figures import show

    if not as_json:
        typer.echo(report.summary)
    show(report, as_json, checks_table, moved_table, weeks_table, warnings=report.notes)
