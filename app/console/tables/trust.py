"""A trust record as tables for a terminal."""

from collections.abc import Callable, Iterator

from rich.table import Table

from app.display.figures import figure, titled
from mmm.posterior.trust.backtest import NAIVE, Against, Backtest
from mmm.posterior.trust.record import TrustRecord


def trust_tables(record: TrustRecord) -> Iterator[Callable[[TrustRecord], Table]]:
    """The tables of the parts that were run."""
    if record.backtest is not None:
        backtest = record.backtest
        yield lambda _: horizons_table(backtest)
        yield lambda _: origins_table(backtest)


def horizons_table(backtest: Backtest) -> Table:
    """The windows of each length together, against both naive forecasts."""
    rows = [
        (
            f"{scores.weeks} weeks",
            f"{scores.windows} (worth {scores.effective:.1f})",
            f"{scores.covered:.0%}",
            f"{scores.total_error:.1%}",
            f"{scores.bias:+.1%}",
            *(_against(against) for against in scores.against),
        )
        for scores in backtest.horizons
    ]
    heads = (
        "horizon",
        "windows",
        "in 90 % interval",
        "error of totals",
        "bias",
        *(f"log score over {words}" for words in NAIVE.values()),
    )
    return titled("forecasts of weeks that the fit had not seen", heads, rows, right=(1, 2, 3, 4))


def _against(against: Against) -> str:
    told = f"{against.difference:+.2f}"
    if against.se is not None:
        told += f" (s.e. {against.se:.2f})"
    return told if against.p_worse is not None else f"{told}, too few to judge"


def origins_table(backtest: Backtest) -> Table:
    """Every origin with the totals of its windows."""
    rows = [
        (
            str(origin.start),
            str(origin.known_weeks),
            origin.verdict,
            ", ".join(
                f"{window.weeks} w: {figure(window.outcome)} "
                f"in [{figure(window.forecast.p5)}, {figure(window.forecast.p95)}]"
                + ("" if window.covered else " MISSED")
                for window in origin.windows
            ),
        )
        for origin in backtest.origins
    ]
    heads = ("forecast from", "weeks known", "verdict then", "what came, in its 90 % interval")
    return titled("origins", heads, rows, right=(1,))
