"""Commands that start from a table: init, check, reshape, simulate, fit."""

import json
import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.console.options import AsJson, Existing, note, written


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (init, check, reshape, simulate, warm, fit):
        cli.command()(command)


def init(
    data: Existing,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Default: standard output.")
    ] = None,
) -> None:
    """Draft a specification from a table's columns, to be corrected by hand."""
    from app.console.files import load_table, save_text
    from mmm.data.draft import draft_spec

    draft = draft_spec(load_table(data))
    for line in draft.notes:
        note(f"- {line}")
    text = json.dumps(draft.model, indent=2)
    if output is None:
        typer.echo(text)
    else:
        save_text(text, output)
        note(f"wrote {output}")


def check(data: Existing, spec: Existing) -> None:
    """Check a table against a specification, without fitting."""
    from app.console.files import load_spec, load_table
    from mmm.checks.prior import precheck
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


def reshape(
    data: Existing,
    output: Annotated[Path, written("CSV file to write.")],
    date: Annotated[str, typer.Option(help="Column of the dates.")],
    variable: Annotated[str, typer.Option(help="Column that names the variable.")],
    value: Annotated[str, typer.Option(help="Column of the values.")],
    geo: Annotated[str | None, typer.Option(help="Column of the geos, if any.")] = None,
) -> None:
    """Turn a long table (a row for each date and variable) into one row a week."""
    from app.console.files import load_table
    from mmm.data.tables import reshape_long

    wide = reshape_long(load_table(data), date=date, variable=variable, value=value, geo=geo)
    wide.to_csv(output, index=False)
    note(f"wrote {output}: {len(wide)} rows, {len(wide.columns)} columns")


def simulate(
    data: Existing,
    spec: Existing,
    draws: Annotated[int, typer.Option(min=20, max=2000, help="Data sets drawn.")] = 200,
    datasets: Annotated[int, typer.Option(min=0, max=20, help="How many to write.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal data.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for the data sets, as CSV.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Draw data sets from the prior: what the specification implies before any fit."""
    from app.console.files import load_spec, load_table
    from app.console.prior_tables import channels_table, summary_table
    from app.display.figures import show
    from mmm.data.panel import build_panel
    from mmm.simulate.prior_predictive import simulate as draw_data
    from mmm.simulate.prior_predictive import simulated_table

    frame, declared = load_table(data), load_spec(spec)
    panel = build_panel(frame, declared)
    found = draw_data(declared, panel, draws, seed)
    out.mkdir(parents=True, exist_ok=True)
    for draw in range(min(datasets, len(found.kpi))):
        path = out / f"simulated-{draw + 1}.csv"
        simulated_table(frame, declared, panel, found, draw).to_csv(path, index=False)
        note(f"wrote {path}")
    notes = found.summary.notes
    show(found.summary, as_json, summary_table, channels_table, warnings=notes)


def warm(
    data: Existing,
    spec: Existing,
    data_dir: Annotated[
        Path | None, typer.Option(help="Of a service or worker: for its fits, not for `fit` here.")
    ] = None,
) -> None:
    """Make the machine code of a model now, so that its first fit here starts at once."""
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
    data: Existing,
    spec: Existing,
    output: Annotated[Path, written()] = Path("model.nc"),
    draws: Annotated[int, typer.Option(help="Draws of each chain.")] = 1000,
    tune: Annotated[int, typer.Option(help="Warm-up of each chain.")] = 1000,
    chains: Annotated[int, typer.Option(help="Chains.")] = 4,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal draws.")] = 0,
    method: Annotated[
        Literal["nuts", "laplace", "pathfinder"],
        typer.Option(help="nuts is exact; the others make a draft in seconds."),
    ] = "nuts",
) -> None:
    """Fit the model and write it to a file; Ctrl-C keeps the draws so far, a second one nothing."""
    from app.console.files import load_spec, load_table, request_of
    from app.console.interrupts import stop_on_interrupt
    from app.console.tables import verdict_table
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
    for sentence in model.notes:
        note(f"note: {sentence}")
    note(f"wrote {output} (fitted in {model.method.seconds:.1f} s)")
