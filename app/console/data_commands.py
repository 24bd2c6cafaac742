"""Commands that start from a table: read, init, check, reshape, simulate, warm, fit."""

import json
import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.console.options import AsJson, ExistingFile, Read, With, note, output_option


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (read, init, check, reshape, simulate, warm, fit):
        cli.command()(command)


def read(
    data: ExistingFile,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="CSV file to write, one row for each week."),
    ] = None,
    read: Read = None,
    beside: With = None,
    as_json: AsJson = False,
) -> None:
    """Show how a table is read, each decision with its evidence; write it by week."""
    from app.console.files import load_table, shown_word

    table = load_table(data, read or (), beside=beside)
    recipe = table.recipe
    if as_json:
        typer.echo(recipe.model_dump_json(indent=2, exclude_defaults=True))
    else:
        for word in recipe.words:
            shown = shown_word(recipe, word)
            why = f" ({recipe.evidence[word]})" if word in recipe.evidence else ""
            typer.echo(f"{word}: {shown}{why}")
        for sentence in recipe.left_out:
            typer.echo(f"left out: {sentence}")
    if output is not None:
        table.frame.to_csv(output, index=False)
        rows, columns = table.frame.shape
        note(f"wrote {output}: {rows} rows, {columns} columns")


def init(
    data: ExistingFile,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Default: standard output.")
    ] = None,
    read: Read = None,
    beside: With = None,
) -> None:
    """Draft a specification from a table: the role of every column and why, and what is open."""
    from app.console.draft_lines import draft_lines
    from app.console.files import load_table, note_reading, save_text
    from mmm.draft import draft_model

    loaded = load_table(data, read or (), beside=beside)
    note_reading(loaded.recipe)
    draft = draft_model(loaded.frame, loaded.recipe)
    for line in draft_lines(draft):
        note(line)
    text = json.dumps(draft.model, indent=2, ensure_ascii=False)
    if output is None:
        typer.echo(text)
    else:
        save_text(text, output)
        note(f"wrote {output}")


def check(data: ExistingFile, spec: ExistingFile, read: Read = None, beside: With = None) -> None:
    """Check a table against a specification, without fitting; show what its priors imply."""
    from app.console.files import load_spec, load_table, note_reading
    from app.console.tables.prior import implied_table
    from app.display.figures import console
    from mmm.checks.implied_channels import implied_channels
    from mmm.checks.prior import precheck
    from mmm.data.design import design_of
    from mmm.data.panel import build_panel
    from mmm.data.panel_checks import parameter_count
    from mmm.data.profile import profile_table

    table, declared = load_table(data, read or (), beside=beside), load_spec(spec)
    note_reading(table.recipe)
    frame = table.frame
    used = {column for column, _ in declared.column_pointers}
    for warning in profile_table(frame).warnings:
        if warning.column in used and warning.code not in ("collinear", "repeated_date"):
            note(f"note: {warning.column}: {warning.detail}")
    panel = build_panel(frame, declared)
    said = precheck(declared, panel).warnings
    for sentence in said:
        note(f"note: {sentence}")
    weeks, count = panel.weeks, parameter_count(declared)
    if not any(f"{count} parameters" in sentence for sentence in said):
        note(f"note: {count} parameters to tell apart, {len(weeks) / count:.1f} weeks for each")
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

    words = [f"date={date}", "shape=long", f"variable={variable}", f"values={value}"]
    wide = load_table(data, [*words, *([f"keys={geo}"] if geo else [])]).frame
    wide.to_csv(output, index=False)
    note(f"wrote {output}: {len(wide)} rows, {len(wide.columns)} columns")


def simulate(
    data: ExistingFile,
    spec: ExistingFile,
    draws: Annotated[int, typer.Option(min=20, max=2000, help="Datasets to simulate.")] = 200,
    datasets: Annotated[int, typer.Option(min=0, max=20, help="Datasets to write.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal data.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for the CSV files.")] = Path(),
    read: Read = None,
    beside: With = None,
    as_json: AsJson = False,
) -> None:
    """Simulate datasets from the prior predictive distribution, to check a specification."""
    from app.console.files import load_spec, load_table
    from app.console.tables.prior import channels_table, summary_table
    from app.display.figures import show
    from mmm.data.panel import build_panel
    from mmm.simulate.prior_predictive import simulate as draw_data
    from mmm.simulate.prior_predictive import simulated_table

    frame, declared = load_table(data, read or (), beside=beside).frame, load_spec(spec)
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
    read: Read = None,
    beside: With = None,
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
    panel = build_panel(load_table(data, read or (), beside=beside).frame, declared)
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
    second_model: Annotated[
        bool,
        typer.Option(
            "--second-model", help="Fit one of another structure too: plans ask it as well."
        ),
    ] = False,
    read: Read = None,
    beside: With = None,
) -> None:
    """Fit a model and write it to a file; Ctrl-C keeps the draws so far, a second drops them."""
    from app.console.files import load_spec, load_table
    from app.console.interrupts import stop_on_interrupt
    from app.console.second_file import fit_second
    from app.console.tables.model import evidence_table, verdict_table
    from app.contract.base import request_of
    from app.display.figures import console
    from app.display.progress import FitProgress
    from mmm.checks.prior import precheck
    from mmm.data.design import design_of
    from mmm.data.panel import build_panel
    from mmm.posterior.fitted import save_model
    from mmm.spec.sampling import SamplingSpec

    if second_model and method != "nuts":
        raise typer.BadParameter(f"a draft by {method} has no second model; leave it out.")
    declared = load_spec(spec)
    table = load_table(data, read or (), beside=beside)
    panel = build_panel(table.frame, declared, table.recipe)
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
    if second_model:
        with FitProgress() as bars, stop_on_interrupt() as stop:
            bars.show("starting", 0.0, [])
            fit_second(model, output, bars.follow, stop)
