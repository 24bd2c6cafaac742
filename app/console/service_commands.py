"""Commands of the service: serve, worker, openapi, version."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.console.options import note

DataDir = Annotated[Path | None, typer.Option(help="Directory of the service's data.")]


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    cli.command()(serve)
    cli.command()(worker)
    cli.command()(openapi)
    cli.command()(version)


def serve(
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on; other than loopback only with PRUDENT_AUTH."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 lets the system choose.")
    ] = None,
    data_dir: DataDir = None,
    demo: Annotated[
        bool | None,
        typer.Option("--demo/--no-demo", help="Add a simulated brand with its fitted model."),
    ] = None,
    work: Annotated[
        bool | None,
        typer.Option(
            "--work/--no-work", help="Run jobs in this process, or leave them to workers."
        ),
    ] = None,
) -> None:
    """Run the HTTP service until it is interrupted.

    Options default to PRUDENT_HOST, PRUDENT_PORT, PRUDENT_DATA_DIR, PRUDENT_DEMO and
    PRUDENT_WORK_IN_PROCESS, and without these to 127.0.0.1, 8000, ./prudent-data, --no-demo and
    --work.
    """
    from app.configuration import read_settings
    from app.serve import serve as run

    given = {
        "host": host,
        "port": port,
        "data_dir": data_dir,
        "demo": demo,
        "work_in_process": work,
    }
    run(read_settings(**_given(given)))


def worker(
    slot: Annotated[
        int | None,
        typer.Option(min=0, help="Slot of this worker on the host; default: the first free slot."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Run queued jobs, alongside other workers, until it is interrupted.

    The database is that of the service (PRUDENT_DATABASE_URL, or the service's own PRUDENT_DATA_DIR
    on the same machine). Jobs that run at the end return to their queues.
    """
    from app.assemble import run_worker
    from app.configuration import read_settings

    run_worker(read_settings(**_given({"data_dir": data_dir})), slot)


def openapi(
    output: Annotated[Path, typer.Option("--output", "-o")] = Path("openapi.json"),
) -> None:
    """Write the HTTP contract as an OpenAPI document."""
    from app.http.openapi import openapi_text
    from app.main import create_app

    output.write_text(openapi_text(create_app()), encoding="utf-8")
    note(f"wrote {output}")


def version() -> None:
    """Print the version."""
    from mmm.release import release

    typer.echo(f"prudent {release()}")


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
