"""``example``: writes a simulated table and its specification, to try the commands with."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.console.options import note

TABLE, SPEC, LATER = "weeks.csv", "spec.json", "new_weeks.csv"


def register(cli: typer.Typer) -> None:
    """Add the command of this module."""
    cli.command()(example)


def example(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Created if it is missing.")],
    weeks: Annotated[int, typer.Option(min=52, max=1040, help="Weeks of the table.")] = 104,
    geos: Annotated[int, typer.Option(min=1, max=100, help="Geos; 1 is a national table.")] = 1,
    new_weeks: Annotated[
        int,
        typer.Option(min=0, max=52, help=f"Additional later weeks, written to {LATER}."),
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal worlds.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Write a simulated table and a specification for it; print the true returns on spend."""
    from app.console.files import save_text
    from mmm.simulate.worlds import VIDEO_WEEKS, make_world

    paths = [folder / name for name in (TABLE, SPEC, LATER)][: 3 if new_weeks else 2]
    _refuse_existing([] if force else paths)
    world = make_world(weeks + new_weeks, seed, geos=geos, new_weeks=VIDEO_WEEKS + new_weeks)
    known = world.frame["week"].isin(world.frame["week"].unique()[:weeks])
    texts = [
        world.frame[known].to_csv(index=False),
        json.dumps(world.spec, indent=2),
        world.frame[~known].to_csv(index=False),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in zip(paths, texts, strict=False):
        save_text(text, path)
        note(f"wrote {path}")
    returns = ", ".join(f"{name} {roi:.2f}" for name, roi in world.truth.roi.items())
    typer.echo(f"true returns on spend: {returns}")


def _refuse_existing(paths: list[Path]) -> None:
    """Raise BadParameter if a file exists already."""
    existing = [str(path) for path in paths if path.exists()]
    if existing:
        detail = f"{' and '.join(existing)} would be replaced: choose another folder, or --force"
        raise typer.BadParameter(detail, param_hint="FOLDER")
