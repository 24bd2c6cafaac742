"""What a made-up backtest says: quick to import, and all of its types are real."""

from datetime import UTC, date, datetime, timedelta

from mmm.interval import Interval
from mmm.posterior.trust.backtest import Origin, WindowScore
from mmm.posterior.trust.record import PartRun, TrustRecord
from mmm.trust.backtest.judge import backtest_of

FIRST = date(2023, 3, 20)


def window(weeks: int, better: float, *, covered: bool = True) -> WindowScore:
    """A window in which the model scores ``better`` than both naive forecasts."""
    naive = {"last_year": -10.0 - better, "seasonal_random_walk": -10.0 - better}
    return WindowScore(
        weeks=weeks,
        outcome=100.0,
        forecast=Interval(mean=101.0, p5=90.0 if covered else 101.0, p50=101.0, p95=112.0),
        pit=0.5,
        crps=2.0,
        covered=covered,
        log_score=-10.0,
        se=0.01,
        effective_draws=500.0,
        naive_crps=dict.fromkeys(naive, 3.0),
        naive_log_score=naive,
    )


def origin(number: int, every: int = 4, better: float = 0.5, *, covered: bool = True) -> Origin:
    """The ``number``-th origin; how much better its window is varies a little."""
    return Origin(
        start=FIRST + timedelta(weeks=number * every),
        known_weeks=63 + number * every,
        verdict="trusted",
        compiled=number == 0,
        windows=(window(4, better + 0.1 * (number % 3), covered=covered),),
        weeks_ahead=(),
    )


def made_up(origins: list[Origin], options: dict) -> TrustRecord:
    """The record of a backtest with these origins."""
    run = PartRun(
        part="backtest", at=datetime.now(UTC), fits=len(origins), seconds=0.0, options=options
    )
    backtest = backtest_of(origins, (), options["horizons"], options["every"])
    return TrustRecord().with_part(run, backtest)
