"""Arguments and options that several commands take, and how a command prints."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

Existing = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Accept = Annotated[
    bool, typer.Option("--accept-rejected", help="Answer although the model failed its checks.")
]
Request = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="The whole request as a JSON file."),
]


def show[Answer: BaseModel](
    answer: Answer,
    as_json: bool,
    *tables: Callable[[Answer], Table],
    warnings: tuple[str, ...] = (),
) -> None:
    """Print an answer as JSON or as tables, with its warnings on standard error."""
    if as_json:
        typer.echo(answer.model_dump_json(indent=2))
        return
    console = Console()
    for table in tables:
        console.print(table(answer))
    for warning in warnings:
        note(f"note: {warning}")


def note(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(text, err=True)
