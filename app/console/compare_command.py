"""The command that sets a fitted model beside rivals: ``prudent compare``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.console.options import AsJson, ExistingFile, note

if TYPE_CHECKING:
    from rich.table import Table

    from app.contract.trust.compare import ComparisonAnswer

THE_MODEL = "the model"


def register(cli: typer.Typer) -> None:
    """Add the command of this module."""
    cli.command()(compare)


def compare(
    model: ExistingFile,
    rival: Annotated[
        list[str] | None,
        typer.Option(help='An edit, such as "with AR(1)"; repeatable. Default: those proposed.'),
    ] = None,
    origins: Annotated[
        int | None, typer.Option(help="Origins of the backtests; default: 12, or what there is.")
    ] = None,
    simulations: Annotated[
        int, typer.Option(min=0, max=50, help="Data sets simulated at the real design.")
    ] = 0,
    weeks: Annotated[int, typer.Option(min=1, help="Of the plans that are compared.")] = 13,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only say which rivals, and how many fits.")
    ] = False,
    keep: Annotated[
        Path | None, typer.Option(help="Folder for the files of the rivals that are fitted.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare a model with rivals: which forecasts better, what the choice changes in the plan, and
    which test would decide it."""
    from app.contract.trust.compare import ComparisonAnswer
    from app.display.figures import show
    from app.display.progress import FitProgress
    from app.services.trust.rival_decision import rival_decision
    from mmm.posterior.fitted import load_model, save_model
    from mmm.posterior.trust.options import BacktestOptions
    from mmm.progress import Progress
    from mmm.trust.rivals.ask import AskedRival, fits_of, rivals_of
    from mmm.trust.rivals.compare import Question, Told, fit_rivals
    from mmm.trust.rivals.compare import compare as compared
    from mmm.trust.rivals.propose import proposed

    fitted, options = load_model(model), BacktestOptions(origins=origins)
    rivals = (
        rivals_of(fitted, [AskedRival(edit, edit=edit) for edit in rival])
        if rival
        else proposed(fitted)
    )
    fits = fits_of(fitted, [each.spec for each in rivals], options, simulations)
    for each in rivals:
        note(f"{each.name}" + (f": {each.because}" if each.because else ""))
    note(f"fits that this takes: {fits}")
    if estimate or not rivals:
        return
    with FitProgress(silent=as_json) as progress:

        def told(begin: float, end: float) -> Told:
            return Told(
                lambda share: progress.follow(Progress("testing", begin + (end - begin) * share))
            )

        made = fit_rivals(fitted, rivals, fitted.method.sampling, told(0.0, 0.2))
        models = {THE_MODEL: fitted} | made
        differ = {each.name: each for each in rivals}
        found = compared(models, differ, Question(options, simulations), told(0.2, 1.0))
    assert found is not None
    files = {THE_MODEL: str(model)}
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        for number, (name, fitted_rival) in enumerate(made.items(), start=1):
            file = keep / f"{model.stem}-rival-{number}.nc"
            save_model(fitted_rival, file)
            files[name] = str(file)
    decision = rival_decision(models, found.comparison, weeks)
    summary = f"{found.comparison.sentence} {decision.sentence}".strip()
    answer = ComparisonAnswer(
        found=found, model_ids=files, mix=(), decision=decision, summary=summary
    )
    show(answer, as_json, scores_table, regrets_table)
    if not as_json:
        typer.echo(summary)


def scores_table(answer: "ComparisonAnswer") -> "Table":
    """Log scores, differences and weights of the models."""
    from app.display.figures import titled

    told = {each.other: each for each in answer.found.comparison.differences}
    rows = []
    for each in answer.found.comparison.weights:
        difference = told.get(each.name)
        behind = "" if difference is None else f"{difference.mean:.2f}"
        if difference is not None and difference.se is not None:
            behind += f" (s.e. {difference.se:.2f})"
        score = "" if each.log_score is None else f"{each.log_score:.2f}"
        rows.append((each.name, score, behind, f"{each.weight:.2f}"))
    heads = ("model", "log score of a window", "behind the best", "weight")
    return titled("rivals by what they forecast", heads, rows, right=(1, 2, 3))


def regrets_table(answer: "ComparisonAnswer") -> "Table":
    """What each model's plan forgoes under the others."""
    from app.display.figures import figure, titled

    rows = [
        (each.plan_of, each.under, f"{each.overlap:.0%}", figure(each.regret))
        for each in answer.decision.regrets
    ]
    heads = ("plan of", "under", "same money", "forgoes")
    return titled(f"plans of {answer.decision.weeks} weeks", heads, rows, right=(2, 3))
