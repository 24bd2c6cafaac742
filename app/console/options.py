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


def _table_file(path: Path | None) -> Path | None:
    """Refuse a suffix that is not that of a table, and a file that cannot be written."""
    if path is None:
        return None
    if path.suffix.lower() not in TABLE_SUFFIXES:
        raise typer.BadParameter(f"{path}: the suffix must be .csv or .xlsx.")
    return _writable(path)


TABLE_SUFFIXES = (".csv", ".xlsx")
TableFile = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", callback=_table_file, help="Write tables to a file: .csv or .xlsx."
    ),
]
TableName = Annotated[
    str | None,
    typer.Option("--table", help="One table of the answer, by name; CSV holds the first if none."),
]
ExistingFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
AcceptRejected = Annotated[
    bool, typer.Option("--accept-rejected", help="Answer even if the model failed its checks.")
]
RequestFile = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="The whole request as a JSON file."),
]

SheetOption = Annotated[
    Path | None,
    typer.Option(
        "--sheet",
        exists=True,
        dir_okay=False,
        help="A planner's sheet (.csv or .xlsx): channels, prices and events by week or month.",
    ),
]

Read = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WORD=VALUE",
        help="How the table is read, such as dates=month_first; see docs/tables.md.",
    ),
]
With = Annotated[
    Path | None,
    typer.Option(
        "--with",
        exists=True,
        dir_okay=False,
        help="A second file, by week or month, that is joined to the table by date.",
    ),
]


def note(text: str) -> None:
    """Print a line on standard error."""
    typer.echo(text, err=True)
