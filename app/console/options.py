"""Arguments and options that several commands take."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer


def _writable(path: Path) -> Path:
    """Refuse, before anything is computed, a file that could not be written after it."""
    parent = path.absolute().parent
    if not parent.is_dir():
        raise typer.BadParameter(f"the folder {parent} does not exist; make it first.")
    if path.is_dir() or not os.access(path if path.exists() else parent, os.W_OK):
        raise typer.BadParameter(f"{path} cannot be written; choose another file.")
    return path


def written(text: str | None = None) -> Any:
    """The option of the file that a command writes."""
    return typer.Option("--output", "-o", help=text, callback=_writable)


Existing = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Accept = Annotated[
    bool, typer.Option("--accept-rejected", help="Answer although the model failed its checks.")
]
Request = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="The whole request as a JSON file."),
]


def note(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(text, err=True)
