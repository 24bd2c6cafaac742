"""A backtest with real refits of a world whose predictive density is known."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from mmm.inference.fit import fit
from mmm.posterior.trust.options import BacktestOptions
from mmm.posterior.trust.record import TrustRecord
from mmm.spec.sampling import SamplingSpec
from mmm.trust.backtest.part import BACKTEST
from mmm.trust.part import Work
from tests.mmm.trust.worlds import found_by, spends, world

WEEKS, NOISE = 130, 40.0
OPTIONS = BacktestOptions(origins=4, horizons=(4,), draws=300, tune=300)


@pytest.mark.slow
def test_forecasts_come_near_those_of_the_truth_and_finished_origins_are_kept() -> None:
    """Five parameters and a hundred weeks cost about .025 a week against the density of the truth,
    and their estimates scatter by some tenths a window: within one in each, half one in the mean.
    """
    spend = spends(0, WEEKS)
    effects = {"tv": 0.6 * spend["tv"], "search": spend["search"]}
    design = world(effects, spend, 3)
    model = fit(design, SamplingSpec(draws=300, tune=300, chains=2, seed=1))
    kept: dict[str, dict] = {}
    work = Work(model, keep=lambda key, piece: kept.update({key: piece}))
    found = found_by(BACKTEST, work, OPTIONS)

    truth = 1000.0 + effects["tv"] + effects["search"]
    kpi = design.panel.array("kpi")[:, 0]
    lost = []
    for origin in found.origins:
        window, (score,) = slice(origin.known_weeks, origin.known_weeks + 4), origin.windows
        assert score.outcome == pytest.approx(kpi[window].sum())
        best = float(np.sum(stats.norm.logpdf(kpi[window], truth[window], NOISE)))
        lost.append(best - score.log_score)
        assert abs(score.forecast.mean - float(np.sum(truth[window]))) < 2.0 * NOISE
    assert np.abs(lost).max() < 1.0
    assert abs(np.mean(lost)) < 0.5
    assert [origin.compiled for origin in found.origins[1:]] == [False] * 3
    assert min(against.difference for against in found.horizons[0].against) > 1.0
    record = TrustRecord(backtest=found)
    assert TrustRecord.model_validate(record.model_dump(mode="json")) == record

    assert found_by(BACKTEST, Work(model, kept=kept, stop=ends_after(4)), OPTIONS) == found
    two = dict(list(kept.items())[:2])
    cut = found_by(BACKTEST, Work(model, kept=two, stop=ends_after(2)), OPTIONS)
    assert cut.origins == found.origins[:2]
    assert cut.notes[0] == "stopped after 2 of 4 origins"


def ends_after(times: int) -> Callable[[], bool]:
    """Says to stop once it was asked so many times: before anything is fitted."""
    left = [times]

    def stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    return stop
