"""Commands of the service: serve, openapi, version."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.console.options import note


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    cli.command()(serve)
    cli.command()(openapi)
    cli.command()(version)


def serve(
    host: Annotated[
        str | None, typer.Option(help="Beyond loopback only with PRUDENT_AUTH.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="0 lets the system choose.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept.")] = None,
) -> None:
    """Run the HTTP service until it is interrupted.

    What is not given comes from PRUDENT_HOST, PRUDENT_PORT, PRUDENT_DATA_DIR, else 127.0.0.1, 8000
    and ./prudent-data.
    """
    from app.configuration import read_settings
    from app.serve import serve as run

    given: dict[str, Any] = {"host": host, "port": port, "data_dir": data_dir}
    run(read_settings(**{name: value for name, value in given.items() if value is not None}))


def openapi(
    output: Annotated[Path, typer.Option("--output", "-o")] = Path("openapi.json"),
) -> None:
    """Write the HTTP contract as an OpenAPI document."""
    from app.main import create_app
    from app.openapi import written

    output.write_text(written(create_app()), encoding="utf-8")
    note(f"wrote {output}")


def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    typer.echo(f"prudent {installed('prudent-mmm')}")
