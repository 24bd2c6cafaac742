"""``prudent``: from a table to a budget plan on the command line.

    example                                   write an example table and its specification
    init, check, reshape                      prepare a table and its specification
    simulate, warm, fit                       prior predictive check, compile, fit a model file
    refit, stability                          continue a model with new weeks, and compare both
    plan-vs-actual                            split actual less planned KPI into causes
    contributions, graph, whatif, allocate,   query a model file
    evaluate-plan, report, curves, verdict,
    frontier
    trust, why                                test a model on demand; why a number is what it is
    compare                                   set a model beside rivals of other structure
    serve, worker, openapi, version           the HTTP service and its workers
    keys create|list|revoke                   the service's API keys
    db, config, backup, restore               administration

Commands only read arguments and print; the code they need is imported when one runs, so that help
is fast. Exit codes: 0 done, 1 refused or failed, 2 bad input (each issue is printed).
"""

import os
import sys
from typing import Annotated

import typer

from app.console import (
    admin_commands,
    compare_command,
    data_commands,
    example_command,
    experiment_commands,
    key_commands,
    model_commands,
    service_commands,
    table_commands,
    trust_command,
    weekly_commands,
)

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

cli = typer.Typer(
    help="A Bayesian marketing-mix model and budget optimizer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
for module in (
    example_command,
    data_commands,
    model_commands,
    table_commands,
    weekly_commands,
    experiment_commands,
    trust_command,
    compare_command,
    service_commands,
    key_commands,
    admin_commands,
):
    module.register(cli)


def _print_version(requested: bool) -> None:
    if requested:
        service_commands.version()
        raise typer.Exit


@cli.callback()
def root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Options of ``prudent`` itself, without a command."""


def main() -> None:
    """Run the command line; issues of known errors are printed on standard error."""
    os.environ.update({name: os.environ.get(name, "1") for name in THREADS})
    try:
        cli()
    except Exception as error:
        code, hint = _exit_code(error)
        if code is None:
            raise
        for line in _lines(error):
            typer.echo(f"error: {line}", err=True)
        if hint:
            typer.echo(hint, err=True)
        sys.exit(code)


def _lines(error: Exception) -> list[str]:
    if isinstance(error, OSError):
        return [f"{error.filename}: {error.strerror}"]
    issues = getattr(error, "issues", ())
    return [f"{i.pointer}: {i.detail}" if i.pointer else i.detail for i in issues] or [str(error)]


def _exit_code(error: Exception) -> tuple[int | None, str]:
    """2 for bad input, 1 for refusals and failures, None for unexpected errors; and a hint."""
    from app.errors import AppError, ModelRejected
    from app.startup_errors import StartupError
    from mmm.errors import MmmError
    from optimizer.errors import Infeasible, InvalidProblem, OptimizerError

    if isinstance(error, MmmError | InvalidProblem | Infeasible):
        return 2, ""
    if isinstance(error, ModelRejected):
        return 1, "hint: --accept-rejected answers anyway, with a warning"
    refused = isinstance(error, AppError | StartupError | OptimizerError)
    names_file = isinstance(error, OSError) and error.filename is not None
    return (1 if refused or names_file else None), ""


if __name__ == "__main__":
    main()
