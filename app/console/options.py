"""Arguments and options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

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
