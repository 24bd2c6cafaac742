"""Forms of the baseline and the noise on worlds that break the usual one, beside the truth.

    python -m benchmarks.messy_forms OUT.jsonl --seeds 100-111 [--forms usual,all] [--draws 200]
    python -m benchmarks.messy_forms OUT.jsonl --seeds 100-105 --world small

Each world of ``messy_worlds`` is fitted under each form (one compilation a form), 2 x (draws +
draws): screening quality, enough to choose between forms and not to quote. A row keeps the bias of
all media together (contribution over the truth, less one), how many of the 90 % intervals of the
channels' returns hold the truth, the default plan's true change beside the best plan's, what the
moves to make now promised and brought, and the time. On the regular worlds of ``worlds``
(``--world small``), in which the usual form is right, it keeps the attribution's error and the
plan's gain. Rows stay in OUT after a cut and are not fitted again; ``--table`` prints what OUT
holds.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.evidence_plans import HARM, planned
from benchmarks.many_worlds import Record, each_world, fitter
from benchmarks.messy_worlds import SPEC, make
from benchmarks.ours import OBJECTIVES, _by_channel, _plan, spec_of
from benchmarks.score import attribution, score_plan
from benchmarks.worlds import make as make_regular
from mmm.attribution.returns import channel_contributions, return_draws
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import ModelSpec, parse_spec
from mmm.spec.sampling import SamplingSpec

USUAL = "usual"
FORMS: dict[str, Mapping[str, Any]] = {
    USUAL: {},
    "memory and heavy tails": {
        "noise": {"kind": "ar1"},
        "kpi": {"likelihood": "student_t"},
    },
    "random walk": {"trend": {"kind": "random_walk"}},
    "all": {
        "noise": {"kind": "ar1"},
        "kpi": {"likelihood": "student_t"},
        "trend": {"kind": "random_walk"},
    },
}
type Fitter = Callable[[pd.DataFrame], FittedModel]


def measured(fit: Fitter, seed: int) -> Record:
    """The row of a world under one form."""
    world = make(seed)
    begun = process_time()
    model = fit(world.frame)
    seconds = process_time() - begun
    media = channel_contributions(model).sum(1)
    low, high = np.quantile(return_draws(model)[0], [0.05, 0.95], axis=0)
    covered = (world.roi >= low) & (world.roi <= high)
    plan = planned(model, world)
    return {
        "bias": float(media.mean() / world.contribution.sum() - 1.0),
        "covered": int(covered.sum()),
        "channels": len(covered),
        "width": float(np.mean((high - low) / world.roi)),
        "plan": plan,
        "r_hat": model.diagnostics["r_hat"],
        "ess": model.diagnostics["ess_bulk"],
        "divergences": model.diagnostics["divergences"],
        "fit_cpu_seconds": round(seconds, 2),
    }


def regular(fit: Fitter, size: str, seed: int) -> Record:
    """The row of a world in which the usual form is right."""
    world = make_regular(size, seed)
    begun = process_time()
    model = fit(world.frame)
    seconds = process_time() - begun
    contribution = channel_contributions(model)
    response, found = _plan(model, world, OBJECTIVES["half"])
    score = score_plan(world, _by_channel(world, response, np.asarray(found.spend)))
    return {
        **attribution(world, contribution),
        "bias": float(contribution.sum(1).mean() / world.contribution.sum() - 1.0),
        "plan_gain": score.plan - score.status_quo,
        "best_gain": score.best - score.status_quo,
        "r_hat": model.diagnostics["r_hat"],
        "ess": model.diagnostics["ess_bulk"],
        "fit_cpu_seconds": round(seconds, 2),
    }


def regular_table(rows: list[Record]) -> None:
    """One line a form, over the worlds that every form has; differences from the usual form with
    their paired standard errors."""
    forms = [name for name in FORMS if any(row["form"] == name for row in rows)]
    worlds = set.intersection(*({r["world"] for r in rows if r["form"] == f} for f in forms))
    print(f"{len(worlds)} worlds")
    print("form | bias | MAPE (less usual) | coverage | score (less usual) | captured | s")
    kept = {
        name: sorted(
            (row for row in rows if row["form"] == name and row["world"] in worlds),
            key=lambda row: row["world"],
        )
        for name in forms
    }
    for name, own in kept.items():

        def of(key: str, rows: list[Record] = own) -> Any:
            return np.array([row[key] for row in rows])

        apart = {key: of(key) - of(key, kept[forms[0]]) for key in ("mape", "interval_score_90")}
        told = {
            key: f"{of(key).mean():.2f} ({each.mean():+.2f} +- "
            f"{each.std(ddof=1) / np.sqrt(len(each)):.2f})"
            for key, each in apart.items()
        }
        print(
            f"{name} | {of('bias').mean():+.2f} | {told['mape']} | "
            f"{of('coverage_90').mean():.2f} | {told['interval_score_90']} | "
            f"{of('plan_gain').sum() / of('best_gain').sum():.2f} | "
            f"{np.median(of('fit_cpu_seconds')):.1f}"
        )


def table(rows: list[Record]) -> None:
    """One line a form, over the worlds that every form has."""
    forms = [name for name in FORMS if any(row["form"] == name for row in rows)]
    worlds = set.intersection(*({r["world"] for r in rows if r["form"] == f} for f in forms))
    print(f"{len(worlds)} worlds")
    print("form | bias mean +- s.d. | coverage | captured | harmed | promised -> came % | s")
    for name in forms:
        own = [row for row in rows if row["form"] == name and row["world"] in worlds]
        bias = np.array([row["bias"] for row in own])
        covered = sum(row["covered"] for row in own) / sum(row["channels"] for row in own)
        came = np.array([row["plan"]["change"] for row in own])
        best = np.array([row["plan"]["now"]["best"] for row in own])
        promised = np.array([row["plan"]["now"]["promised"] for row in own])
        now = np.array([row["plan"]["now"]["change"] for row in own])
        print(
            f"{name} | {bias.mean():+.2f} +- {bias.std(ddof=1):.2f} | {covered:.2f} | "
            f"{came.sum() / best.sum():.2f} | {int((came < HARM).sum())} | "
            f"{promised.mean():.1f} -> {now.mean():.1f} | "
            f"{np.median([row['fit_cpu_seconds'] for row in own]):.1f}"
        )


def main() -> None:
    given = _arguments()
    lines = given.out.read_text("utf-8").splitlines() if given.out.is_file() else []
    if given.table:
        rows = [json.loads(line) for line in lines]
        own = [row for row in rows if row.get("size") == given.world]
        (regular_table if given.world else table)(own)
        return
    first, last = map(int, given.seeds.split("-"))
    sampling = SamplingSpec(draws=given.draws, tune=given.draws, chains=2, seed=1)
    wanted = given.forms.split(",") if given.forms else list(FORMS)
    fits = {name: fitter(_spec(name, given.world), sampling) for name in wanted}
    size = {"size": given.world} if given.world else {}
    measure = partial(regular, size=given.world) if given.world else measured
    for seed in range(first, last + 1):  # world by world, so that a cut leaves whole pairs
        for name, fit in fits.items():
            key = {"form": name, "draws": given.draws, **size}
            list(each_world(given.out, key, [seed], partial(_of_seed, measure, fit)))


def _of_seed(measure: Callable[..., Record], fit: Fitter, seed: int) -> Record:
    return measure(fit, seed=seed)


def _spec(form: str, size: str | None) -> ModelSpec:
    if size is None:
        return with_form(SPEC, form)
    return with_form(spec_of(make_regular(size)).model_dump(mode="json", exclude_unset=True), form)


def with_form(document: Mapping[str, Any], form: str) -> ModelSpec:
    """The specification of ``document`` under one of ``FORMS``; the rest of each part is kept."""
    changes = {name: {**document.get(name, {}), **part} for name, part in FORMS[form].items()}
    return parse_spec({**document, **changes})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", default="100-111")
    parser.add_argument("--forms", default="", help="names of forms, with commas between")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--world", default=None, help="a size of worlds.py, not messy worlds")
    parser.add_argument("--table", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
