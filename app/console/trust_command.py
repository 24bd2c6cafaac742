"""The command that tests a fitted model: ``prudent trust``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.console.options import AsJson, ExistingFile, RequestFile, note

if TYPE_CHECKING:
    from mmm.trust.part import Cost


def register(cli: typer.Typer) -> None:
    """Add the command of this module."""
    cli.command()(trust)
    cli.command()(why)


def trust(
    model: ExistingFile,
    part: Annotated[
        list[str] | None,
        typer.Option(help="A part to run, such as backtest; repeatable. Default: the cheap ones."),
    ] = None,
    origins: Annotated[
        int | None, typer.Option(help="Origins of the backtest; default: 12, or what there is.")
    ] = None,
    request: RequestFile = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only say how many fits it would take.")
    ] = False,
    save: Annotated[
        bool, typer.Option(help="Add what is found to the model file, and to its verdict.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Test a model: forecasts of weeks that it has not seen, against naive ones, and what else is
    asked; what was found before is shown too."""
    from app.console.files import load_request
    from app.console.tables.trust import trust_tables
    from app.contract.base import request_of
    from app.contract.trust.tests import TrustBody
    from app.display.figures import show
    from app.display.progress import FitProgress
    from mmm.posterior.fitted import load_model
    from mmm.posterior.trust.record import TrustRecord
    from mmm.trust.carry_out import Watched, run_parts
    from mmm.trust.parts import asked_parts

    fitted = load_model(model)
    given = load_request(request) if request else _given(part, origins)
    body = request_of(TrustBody, given)
    asked, costs = asked_parts(fitted, body.parts, fitted.trust)
    note(_told(costs))
    if estimate:
        return
    with FitProgress(silent=as_json) as progress:
        watched = Watched(report=progress.follow)
        found = run_parts(fitted, asked, costs, fitted.trust, watched)
    tested = fitted.with_trust((fitted.trust or TrustRecord()).with_parts_of(found))
    if save:
        _replace(model, tested)
        note(f"{model}: its verdict is {tested.verdict.status}")
    record = tested.trust or found
    show(record, as_json, *trust_tables(record))
    if not as_json:
        for sentence in record.sentences:
            typer.echo(sentence)
        for check in tested.verdict.checks:
            if not check.passed:
                note(f"{check.status}: {check.message}. {check.advice}.")


def why(
    model: ExistingFile,
    channel: Annotated[str, typer.Option(help="A channel, or price.")],
    as_json: AsJson = False,
) -> None:
    """Say why the number of a channel is what it is: data, prior, confounding, a partner, drift, a
    test, the one that explains most first."""
    from app.display.figures import show
    from app.services.trust.why import why_in
    from mmm.posterior.fitted import load_model

    fitted = load_model(model)
    found = why_in(fitted, channel, fitted.trust)
    show(found, as_json)
    if not as_json:
        typer.echo(found.headline)
        for reason in found.reasons:
            typer.echo(f"- {reason.sentence}")
        typer.echo(found.next)
        if found.not_tested:
            note(f"prudent trust would add: {', '.join(found.not_tested)}")


def _given(parts: list[str] | None, origins: int | None) -> dict[str, Any]:
    """The request that the options stand for; origins alone ask for a backtest."""
    if parts is None and origins is None:
        return {}
    options: dict[str, dict[str, Any]] = {name: {} for name in parts or ["backtest"]}
    if origins is not None:
        options.setdefault("backtest", {})["origins"] = origins
    return {"parts": options}


def _told(costs: "dict[str, Cost]") -> str:
    fits = sum(cost.fits for cost in costs.values())
    parts = ", ".join(f"{name} {cost.fits}" for name, cost in costs.items())
    return f"fits that this takes: {fits} ({parts})"


def _replace(path: Path, model: Any) -> None:
    """Write the model beside its file, then in its place, so that the file is whole throughout."""
    from mmm.posterior.fitted import save_model

    beside = path.with_name(f"{path.name}.new")
    try:
        save_model(model, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
