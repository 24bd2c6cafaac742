"""Commands that show what a model file holds as tables: curves, verdict, frontier."""

from typing import Annotated

import typer

from app.console.options import (
    AcceptRejected,
    AsJson,
    ExistingFile,
    RequestFile,
    TableFile,
    TableName,
)


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (curves, verdict, frontier):
        cli.command()(command)


def curves(
    model: ExistingFile,
    as_json: AsJson = False,
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Show each channel's response curve, with what was observed."""
    from app.console.files import save_tables
    from app.console.tables.model import curves_table
    from app.display.figures import show
    from mmm.attribution.response_curves import response_curves
    from mmm.posterior.fitted import load_model

    answer = response_curves(load_model(model))
    save_tables("curves", answer, output, table)
    show(answer, as_json, curves_table)


def verdict(
    model: ExistingFile,
    as_json: AsJson = False,
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Show whether to trust a model: every check with its value, limit and advice."""
    from app.console.files import save_tables
    from app.console.tables.model import verdict_table
    from app.display.figures import show
    from mmm.posterior.fitted import load_model

    answer = load_model(model).verdict
    save_tables("verdict", answer, output, table)
    show(answer, as_json, verdict_table)


def frontier(
    model: ExistingFile,
    total: Annotated[
        list[float] | None, typer.Option(help="One budget of the frontier; repeatable.")
    ] = None,
    weeks: Annotated[int, typer.Option(help="Weeks to plan, after the last of the data.")] = 13,
    request: RequestFile = None,
    accept_rejected: AcceptRejected = False,
    as_json: AsJson = False,
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Find the best plan for each of several totals; for risk aversions, by a request."""
    from app.console.files import (
        horizon_after_data,
        load_accepted,
        load_request,
        save_tables,
    )
    from app.console.second_file import second_beside
    from app.console.tables.plan import frontier_table
    from app.contract.base import request_of
    from app.contract.plan_requests import FrontierBody
    from app.display.figures import show
    from app.services.planning.frontier import frontier_answer, frontier_points
    from app.services.planning.responses import response_of
    from app.services.planning.second_opinion import built_once

    fitted, warnings = load_accepted(model, accept_rejected)
    totals = total or []
    given = {"horizon": horizon_after_data(fitted, weeks), "totals": totals}
    given |= {"budget": {"total": totals[0] if totals else 1.0}}
    body = request_of(FrontierBody, load_request(request) if request else given)
    response = response_of(fitted, body, body.objective.response_unit, None)
    second = built_once(second_beside(model, fitted))
    points = [*frontier_points(response, body, second=second)]
    answer = frontier_answer(fitted, response, body, points, warnings)
    save_tables("frontier", answer, output, table)
    show(answer, as_json, frontier_table, warnings=answer.warnings)
