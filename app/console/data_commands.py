"""Commands that start from a table: init, check, reshape, simulate, warm, fit."""

import json
import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.console.options import AsJson, ExistingFile, note, output_option


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (init, check, reshape, simulate, warm, fit):
        cli.command()(command)


def init(
    data: ExistingFile,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Default: standard output.")
    ] = None,
) -> None:
    """Draft a specification from the columns of a table, to be edited by hand."""
    from app.console.files import load_table, save_text
    from mmm.checks.draft_events import with_recurring_weeks
    from mmm.data.draft import draft_spec

    table = load_table(data)
    draft = with_recurring_weeks(draft_spec(table), table)
    for line in draft.notes:
        note(f"- {line}")
    text = json.dumps(draft.model, indent=2)
    if output is None:
        typer.echo(text)
    else:
        save_text(text, output)
        note(f"wrote {output}")


def check(data: ExistingFile, spec: ExistingFile) -> None:
    """Check a table against a specification, without fitting; show what its priors imply."""
    from app.console.files import load_spec, load_table
    from app.console.prior_tables import implied_table
    from app.display.figures import console
    from mmm.checks.implied_channels import implied_channels
    from mmm.checks.prior import precheck
    from mmm.data.design import design_of
    from mmm.data.panel import build_panel
    from mmm.data.profile import profile_table

    frame, declared = load_table(data), load_spec(spec)
    used = {column for column, _ in declared.column_pointers}
    for warning in profile_table(frame).warnings:
        if warning.column in used:
            note(f"note: {warning.column}: {warning.detail}")
    panel = build_panel(frame, declared)
    for sentence in precheck(declared, panel).warnings:
        note(f"note: {sentence}")
    weeks = panel.weeks
    typer.echo(f"ok: {len(weeks)} weeks ({weeks[0]} to {weeks[-1]}), {len(panel.geos)} geo(s)")
    console().print(implied_table(implied_channels(design_of(declared, panel))))


def reshape(
    data: ExistingFile,
    output: Annotated[Path, output_option("CSV file to write.")],
    date: Annotated[str, typer.Option(help="Column with the dates.")],
    variable: Annotated[str, typer.Option(help="Column with the names of the variables.")],
    value: Annotated[str, typer.Option(help="Column with the values.")],
    geo: Annotated[str | None, typer.Option(help="Column with the geos, if any.")] = None,
) -> None:
    """Reshape a long table (one row per date and variable) to wide form (one row per week)."""
    from app.console.files import load_table
    from mmm.data.cells import reshape_long

    wide = reshape_long(load_table(data), date=date, variable=variable, value=value, geo=geo)
    wide.to_csv(output, index=False)
    note(f"wrote {output}: {len(wide)} rows, {len(wide.columns)} columns")


def simulate(
    data: ExistingFile,
    spec: ExistingFile,
    draws: Annotated[int, typer.Option(min=20, max=2000, help="Datasets to simulate.")] = 200,
    datasets: Annotated[int, typer.Option(min=0, max=20, help="Datasets to write.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal data.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for the CSV files.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Simulate datasets from the prior predictive distribution, to check a specification."""
    from app.console.files import load_spec, load_table
    from app.console.prior_tables import channels_table, summary_table
    from app.display.figures import show
    from mmm.data.panel import build_panel
    from mmm.simulate.prior_predictive import simulate as draw_data
    from mmm.simulate.prior_predictive import simulated_table

    frame, declared = load_table(data), load_spec(spec)
    panel = build_panel(frame, declared)
    simulation = draw_data(declared, panel, draws, seed)
    out.mkdir(parents=True, exist_ok=True)
    for draw in range(min(datasets, len(simulation.kpi))):
        path = out / f"simulated-{draw + 1}.csv"
        simulated_table(frame, declared, panel, simulation, draw).to_csv(path, index=False)
        note(f"wrote {path}")
    summary = simulation.summary
    show(summary, as_json, summary_table, channels_table, warnings=summary.notes)


def warm(
    data: ExistingFile,
    spec: ExistingFile,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Compile for the service or worker with this data directory."),
    ] = None,
) -> None:
    """Compile a model in advance, so that its first fit on this machine starts at once."""
    from time import perf_counter

    from app.configuration import read_settings
    from app.console.files import load_spec, load_table
    from app.fitworker.environment import shared_code_dir
    from mmm.code_folder import CODE_DIR
    from mmm.data.panel import build_panel

    if data_dir is not None:
        cache_dir = read_settings(data_dir=data_dir).resolved_cache_dir
        os.environ[CODE_DIR] = str(shared_code_dir(cache_dir))
    declared = load_spec(spec)
    panel = build_panel(load_table(data), declared)
    began = perf_counter()
    from mmm.data.design import design_of
    from mmm.inference.compiled import compile_model

    compile_model(design_of(declared, panel))
    note(f"ready after {perf_counter() - began:.1f} s")


def fit(
    data: ExistingFile,
    spec: ExistingFile,
    output: Annotated[Path, output_option()] = Path("model.nc"),
    draws: Annotated[
        int | None, typer.Option(help="Draws per chain; default: until they are enough.")
    ] = None,
    tune: Annotated[int, typer.Option(help="Warm-up draws per chain.")] = 1000,
    chains: Annotated[int, typer.Option(help="Number of chains.")] = 4,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal draws.")] = 0,
    method: Annotated[
        Literal["nuts", "laplace", "pathfinder"],
        typer.Option(help="nuts is exact; the others fit an approximate draft in seconds."),
    ] = "nuts",
) -> None:
    """Fit a model and write it to a file; Ctrl-C keeps the draws so far, a second drops them."""
    from app.console.files import load_spec, load_table, request_of
    from app.console.interrupts import stop_on_interrupt
    from app.console.tables import evidence_table, verdict_table
    from app.display.figures import console
    from app.display.progress import FitProgress
    from mmm.checks.prior import precheck
    from mmm.data.design import design_of
    from mmm.data.panel import build_panel
    from mmm.posterior.fitted import save_model
    from mmm.spec.sampling import SamplingSpec

    declared = load_spec(spec)
    panel = build_panel(load_table(data), declared)
    precheck(declared, panel)
    lengths = {"draws": draws, "tune": tune, "chains": chains, "seed": seed}
    given = {**lengths, "method": method}
    sampling = request_of(SamplingSpec, given)
    with FitProgress() as bars, stop_on_interrupt() as stop:
        bars.show("starting", 0.0, [])
        from mmm.inference.fit import fit as sample

        model = sample(design_of(declared, panel), sampling, bars.follow, stop=stop)
    save_model(model, output)
    console().print(verdict_table(model.verdict))
    if model.evidence:
        console().print(evidence_table(model.evidence.grades()))
    for sentence in model.notes:
        note(f"note: {sentence}")
    note(f"wrote {output} (fitted in {model.method.seconds:.1f} s)")
