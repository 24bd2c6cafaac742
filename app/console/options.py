"""Arguments and options shared by several commands."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer


def _writable(path: Path) -> Path:
    """Refuse a file that cannot be written, before anything is computed."""
    parent = path.absolute().parent
    if not parent.is_dir():
        raise typer.BadParameter(f"the folder {parent} does not exist; create it first.")
    if path.is_dir() or not os.access(path if path.exists() else parent, os.W_OK):
        raise typer.BadParameter(f"{path} cannot be written; choose another file.")
    return path


def output_option(text: str | None = None) -> Any:
    """The option ``--output``: the file that a command writes."""
    return typer.Option("--output", "-o", help=text, callback=_writable)


ExistingFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
AcceptRejected = Annotated[
    bool, typer.Option("--accept-rejected", help="Answer even if the model failed its checks.")
]
RequestFile = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="The whole request as a JSON file."),
]


def note(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(text, err=True)
