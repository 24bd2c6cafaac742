"""``prudent``: the path from a table to a plan on the command line.

    example                                   a table and its specification to try it all on
    init, check, reshape                      a table and its specification
    fit                                       both -> a model file, with progress bars
    refit, stability                          a model file and new weeks -> the next, what moved
    plan-vs-actual                            what became of a plan, and why
    contributions, graph, whatif, allocate,   questions to a model file
    report
    serve, worker, version                    the HTTP service and its workers
    keys create|list|revoke                   who may use it
    db, config, backup, restore               what its operator needs

Commands only read arguments and print; what they need is imported when one runs, so that help is
quick. Exit codes: 0 done, 1 refused or failed, 2 bad input (each issue is printed).
"""

import os
import sys

import typer

from app.console import (
    admin_commands,
    data_commands,
    example_command,
    key_commands,
    model_commands,
    service_commands,
    weekly_commands,
)

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

cli = typer.Typer(
    help="A causal marketing-mix model that decides.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
for module in (
    example_command,
    data_commands,
    model_commands,
    weekly_commands,
    service_commands,
    key_commands,
    admin_commands,
):
    module.register(cli)


def main() -> None:
    """Run the command line; known errors become their issues on standard error."""
    os.environ.update({name: os.environ.get(name, "1") for name in THREADS})
    try:
        cli()
    except Exception as error:
        code, hint = _verdict_on(error)
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


def _verdict_on(error: Exception) -> tuple[int | None, str]:
    """2 for input at fault, 1 for what is refused, None for what should not happen; and a hint."""
    from app.errors import AppError, ModelRejected, StartupError
    from mmm.errors import MmmError
    from optimizer.errors import Infeasible, InvalidProblem, OptimizerError

    if isinstance(error, MmmError | InvalidProblem | Infeasible):
        return 2, ""
    if isinstance(error, ModelRejected):
        return 1, "hint: --accept-rejected answers all the same, with a warning"
    refused = isinstance(error, AppError | StartupError | OptimizerError)
    about_a_file = isinstance(error, OSError) and error.filename is not None
    return (1 if refused or about_a_file else None), ""


if __name__ == "__main__":
    main()
