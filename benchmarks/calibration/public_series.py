"""Totals of public series, forecast by fits on the past alone, against naive forecasts.

    python -m benchmarks.calibration.public_series FOLDER

``FOLDER`` holds the files of Robyn (``robyn_dt_simulated_weekly.csv``) and of a US retailer
(``sibylhe_mmm_stan_data.csv``); see ``docs/real-data.md`` for where they come from. Each is
forecast at origins 13 weeks apart, so that windows of 13 weeks do not overlap, with the spend and
controls of the window as they came. The error of totals is

    sum over windows |forecast - outcome| / sum over windows outcome

beside that of last year's same weeks and of last year's weeks times the growth of the last 13.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.fit import fit
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import parse_spec
from mmm.spec.sampling import SamplingSpec
from mmm.trust.backtest.before import ahead_of, design_before
from mmm.trust.backtest.forecast import window_scores
from mmm.trust.backtest.refits import Refits

WEEKS, YEAR = 13, 52
SAMPLING = SamplingSpec(draws=500, tune=500, chains=2, seed=1)
ROBYN: dict[str, Any] = {
    "kpi": {"column": "revenue", "kind": "revenue"},
    "date": "DATE",
    "channels": ["tv_S", "ooh_S", "print_S", "search_S", "facebook_S"],
    "controls": ["competitor_sales_B", "newsletter"],
}
RETAILER: dict[str, Any] = {
    "kpi": {"column": "sales", "kind": "revenue"},
    "date": "wk_strt_dt",
    "channels": [
        {"name": name, "column": f"mdsp_{name}"}
        for name in ("dm", "inst", "nsp", "auddig", "audtr", "vidtr", "viddig", "so", "on", "sem")
    ],
    "controls": ["mrkdn_valadd_edw", "mrkdn_pdm"],
    "holidays": {"country": "US", "weeks_before": 4},
}
SERIES = {
    "Robyn": ("robyn_dt_simulated_weekly.csv", ROBYN),
    "US retailer": ("sibylhe_mmm_stan_data.csv", RETAILER),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="public_series", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--origins", type=int, default=6)
    parser.add_argument("--series", choices=sorted(SERIES), action="append")
    options = parser.parse_args()
    print("| series | windows | error of totals | last year | last year and growth | inside 90 % |")
    print("|---|---|---|---|---|---|")
    for name in options.series or SERIES:
        file, document = SERIES[name]
        print(_row(name, [*windows(options.folder / file, document, options.origins)]), flush=True)
    return 0


def windows(path: Path, document: dict[str, Any], origins: int) -> Iterator[dict[str, float]]:
    """Outcome and forecasts of each window, oldest first."""
    spec = parse_spec(document)
    panel = build_panel(pd.read_csv(path), spec)
    draft = SamplingSpec(draws=50, tune=100, chains=2, seed=1)
    model: FittedModel = fit(design_of(spec, panel), draft)  # only its data are used
    kpi, refits = panel.array("kpi").sum(1), Refits()
    for back in range(origins, 0, -1):
        known = len(kpi) - WEEKS * back
        past = refits.fit(design_before(model, known), SAMPLING)
        (found,) = window_scores(ahead_of(past, model, WEEKS), (WEEKS,), {}, 0)
        last_year = float(kpi[known - YEAR : known - YEAR + WEEKS].sum())
        before = slice(known - WEEKS, known)
        growth = kpi[before].sum() / kpi[known - YEAR - WEEKS : known - YEAR].sum()
        told = {
            "outcome": found.outcome,
            "forecast": found.forecast.mean,
            "last_year": last_year,
            "growth": last_year * float(growth),
            "covered": float(found.covered),
        }
        print(json.dumps({"known": known, **told}), file=sys.stderr, flush=True)
        yield told


def _row(name: str, found: list[dict[str, float]]) -> str:
    outcome = np.array([each["outcome"] for each in found])

    def error(of: str) -> str:
        forecast = np.array([each[of] for each in found])
        return f"{np.abs(forecast - outcome).sum() / outcome.sum():.1%}"

    inside = int(sum(each["covered"] for each in found))
    errors = " | ".join(error(of) for of in ("forecast", "last_year", "growth"))
    return f"| {name} | {len(found)} of {WEEKS} weeks | {errors} | {inside} of {len(found)} |"


if __name__ == "__main__":
    sys.exit(main())
