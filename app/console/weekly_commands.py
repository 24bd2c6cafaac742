"""Commands of the weekly life of a model: refit."""

from pathlib import Path
from typing import Annotated

import typer

from app.console.options import Existing, note


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (refit,):
        cli.command()(command)


def refit(
    model: Existing,
    data: Existing,
    output: Annotated[Path, typer.Option("--output", "-o", help="File of the new model.")],
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
    from app.console.progress import FitProgress
    from app.console.tables import console, verdict_table
    from mmm.appended import append_weeks
    from mmm.carried import carried_scales
    from mmm.fitted import load_model, save_model

    old = load_model(model)
    declared = load_spec(spec) if spec else old.spec
    found = append_weeks(old, load_table(data), declared, accept=accept_restated)
    scales = carried_scales(old, declared, found.panel)
    with FitProgress() as bars:
        bars.show("starting", 0.0, [])
        from mmm.sampling import fit as sample

        new = sample(declared, found.panel, old.method.sampling, bars.follow, scales=scales)
    save_model(new, output)
    console().print(verdict_table(new.verdict))
    note(f"wrote {output}: {len(found.new_weeks)} new weeks, {new.method.seconds:.1f} s")
