"""Commands about experiments: which channel to test next, and what a test has shown."""

from typing import Annotated, Any

import typer

from app.console.options import (
    AcceptRejected,
    AsJson,
    ExistingFile,
    Read,
    RequestFile,
    TableFile,
    TableName,
)


def register(cli: typer.Typer) -> None:
    """Add the commands of this module."""
    cli.command()(next_test)
    cli.command()(read_test)


def next_test(
    model: ExistingFile,
    weeks: Annotated[int, typer.Option(help="Weeks of the plan that a test informs.")] = 13,
    accept_rejected: AcceptRejected = False,
    as_json: AsJson = False,
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Show which channel to test next: what each test costs, and what its result is worth."""
    from app.console.files import load_accepted, save_tables
    from app.console.second_file import second_beside
    from app.console.tables.experiments import tests_table
    from app.display.figures import show
    from app.services.experiments.next_experiment import next_experiment
    from app.services.experiments.same_money import same_money

    fitted, warnings = load_accepted(model, accept_rejected)
    second = second_beside(model, fitted).fitted
    answer = next_experiment(fitted, second, same_money(fitted, weeks), tuple(warnings))
    save_tables("next_experiment", answer, output, table)
    show(answer, as_json, tests_table, warnings=answer.warnings)


Geos = Annotated[list[str] | None, typer.Option(help="A geo; repeatable.")]


def read_test(
    data: ExistingFile,
    treated: Geos = None,
    start: Annotated[str, typer.Option(help="First day or week of the test.")] = "",
    end: Annotated[str, typer.Option(help="Last day or week of the test.")] = "",
    kpi: Annotated[str, typer.Option(help="Column of the KPI.")] = "sales",
    date: Annotated[str, typer.Option(help="Column of the day or week.")] = "date",
    geo: Annotated[str, typer.Option(help="Column of the geo.")] = "geo",
    spend: Annotated[
        str | None, typer.Option(help="Column of what was spent on what was tested.")
    ] = None,
    usual_spend: Annotated[
        str | None,
        typer.Option(help="Column of what would have been spent; default: the mean before."),
    ] = None,
    cooldown: Annotated[int, typer.Option(help="Periods after the test that count too.")] = 0,
    ramp: Annotated[int, typer.Option(help="First periods in which the effect builds up.")] = 0,
    excluded: Geos = None,
    value_per_unit: Annotated[float, typer.Option(help="Currency a unit of the KPI.")] = 1.0,
    request: RequestFile = None,
    read: Read = None,
    as_json: AsJson = False,
    output: TableFile = None,
    table: TableName = None,
) -> None:
    """Read a geo test: what was sold because of it, with its interval, p-value and placebos."""
    from app.console.files import load_request, load_table, note_reading, save_tables
    from app.console.tables.experiments import estimators_table, reading_table
    from app.contract.base import request_of
    from app.display.figures import show
    from mmm.experiments import read_test as read_geo_test
    from mmm.experiments.reading.question import ReadTestQuestion
    from mmm.experiments.reading.table import geo_test_of
    from mmm.experiments.reading.tell import answer_of

    given: dict[str, Any] = {"date": date, "geo": geo, "kpi": kpi, "spend": spend}
    given |= {"usual_spend": usual_spend}
    given |= {"treated": treated or [], "window": {"start": start, "end": end}}
    given |= {"cooldown": cooldown, "ramp": ramp, "excluded": excluded or []}
    given |= {"value_per_unit": value_per_unit}
    question = request_of(ReadTestQuestion, load_request(request) if request else given)
    loaded = load_table(data, read or (), keep_days=True)
    note_reading(loaded.recipe)
    answer = answer_of(read_geo_test(geo_test_of(loaded.frame, question)))
    save_tables("reading", answer, output, table)
    show(answer, as_json, reading_table, estimators_table, warnings=answer.warnings)
