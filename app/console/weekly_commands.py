"""Commands of the weekly life of a model: refit, stability, plan-vs-actual."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.console.options import AsJson, Existing, note, written

if TYPE_CHECKING:
    from mmm.posterior.fitted import FittedModel


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (refit, stability, plan_vs_actual):
        cli.command()(command)


def refit(
    model: Existing,
    data: Existing,
    output: Annotated[Path, written("File of the new model.")],
    spec: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A changed specification, as JSON."),
    ] = None,
    accept_restated: Annotated[
        bool, typer.Option("--accept-restated", help="Take old weeks whose numbers have changed.")
    ] = False,
) -> None:
    """Fit a model again with new weeks; DATA holds them, with or without the weeks it knows."""
    from app.console.files import load_spec, load_table
    from app.console.tables import verdict_table
    from app.display.figures import console
    from app.display.progress import FitProgress
    from mmm.data.design import design_of
    from mmm.posterior.fitted import load_model, save_model
    from mmm.refit.append_weeks import append_weeks
    from mmm.refit.carry_scales import carried_scales

    old = load_model(model)
    declared = load_spec(spec) if spec else old.spec
    found = append_weeks(old, load_table(data), declared, accept=accept_restated)
    design = design_of(declared, found.panel, carried_scales(old, declared, found.panel))
    with FitProgress() as bars:
        bars.show("starting", 0.0, [])
        from mmm.inference.fit import fit as sample

        new = sample(design, old.method.sampling, bars.follow)
    save_model(new, output)
    console().print(verdict_table(new.verdict))
    note(f"wrote {output}: {len(found.new_weeks)} new weeks, {new.method.seconds:.1f} s")
    _tell_stability(old, new, as_json=False)


def stability(before: Existing, after: Existing, as_json: AsJson = False) -> None:
    """Tell what moved from one model file to its refit, how far, and which data moved it."""
    from mmm.posterior.fitted import load_model

    _tell_stability(load_model(before), load_model(after), as_json=as_json)


def plan_vs_actual(
    model: Existing,
    data: Existing,
    request: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="The plan, as evaluate-plan takes it."),
    ],
    as_json: AsJson = False,
) -> None:
    """Split actual less planned into plan, execution, market and model.

    MODEL made the plan; DATA holds the weeks as they came.
    """
    from app.console.files import load_request, load_table, request_of
    from app.console.variance_tables import parts_table, rows_table
    from app.contract.plan_requests import EvaluatePlanBody
    from app.display.figures import show
    from app.services.planning.evaluate_plan import evaluation
    from app.services.projects.plan_vs_actual import summary_of
    from app.services.projects.plans import planned_weeks
    from mmm.plan.variance import plan_versus_actual
    from mmm.posterior.fitted import load_model
    from mmm.refit.append_weeks import append_weeks, newest_rows

    fitted = load_model(model)
    document = load_request(request)
    answer = evaluation(fitted, request_of(EvaluatePlanBody, document)).model_dump(mode="json")
    planned = planned_weeks(fitted, "evaluate_plan", document, answer)
    came = append_weeks(fitted, newest_rows(fitted, [load_table(data)]))
    found = plan_versus_actual(fitted, planned, came.panel)
    if not as_json:
        typer.echo(summary_of(found))
    show(found, as_json, rows_table, parts_table)


def _tell_stability(old: "FittedModel", new: "FittedModel", *, as_json: bool) -> None:
    from app.console.stability_tables import checks_table, moved_table, weeks_table
    from app.display.figures import show
    from mmm.refit.stability import stability as compare

    found = compare(old, new)
    if not as_json:
        typer.echo(found.summary)
    show(found, as_json, checks_table, moved_table, weeks_table, warnings=found.notes)
