"""Evidence against truth: do grades and verdicts speak where answers are wrong, and only there?

    python -m benchmarks.evidence --seeds 1-20 [--kinds clean,drift] [--second] [--out rows.jsonl]
                                  [--form "memory and heavy tails"]

Each world is fitted with the specification of a first day (``wrong_worlds``), under a form of
``messy_forms``. A *gross* miss: the
truth lies further outside the 90 % interval of the ROI than half its width. It is *told* where the
channel carries one of the three lower grades, or the verdict is below trusted for a reason that
names the channel.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import messy_worlds, wrong_worlds
from benchmarks.evidence_plans import HARM, planned
from benchmarks.many_worlds import Record, each_world, fitter
from benchmarks.messy_forms import FORMS, USUAL, with_form
from benchmarks.moves_table import MOVES_HEADS, moves_summary
from benchmarks.ours import spec_of
from benchmarks.sized_worlds import SIZES, sized_world
from mmm.attribution.returns import return_draws
from mmm.posterior.evidence import LOWER_GRADES
from mmm.posterior.fitted import FittedModel
from mmm.spec.rival import rival_of
from mmm.spec.sampling import SamplingSpec

type Fit = Callable[[pd.DataFrame], FittedModel]

SAMPLING = SamplingSpec(draws=500, tune=500)
MESSY = "messy"
KINDS = (*wrong_worlds.KINDS, MESSY, *SIZES)
HEADS = ("kind", "worlds", "trusted", "covered", "missed", "gross", "gross told", "lower | covered")

PLAN_HEADS = (
    "kind",
    "plans",
    "harmful flagged",
    "better flagged",
    "worst %",
    "mean %",
    "without flag",
    "P(better) promised",
    "truly better",
)


def measured(model: FittedModel, truth: np.ndarray) -> Record:
    """What a row keeps: the verdict, and for each channel truth, interval, grade and findings."""
    low, high = np.quantile(return_draws(model)[0], (0.05, 0.95), axis=0)
    verdict, evidence = model.verdict, model.evidence
    if evidence is None:
        raise ValueError("the fit has no evidence record")
    failed = " ".join(check.message for check in verdict.checks if not check.passed)
    channels = {}
    for position, name in enumerate(model.structure.channels):
        lever = evidence.of(name)
        channels[name] = {
            "truth": float(truth[position]),
            "p5": float(low[position]),
            "p95": float(high[position]),
            "grade": lever.grade,
            "findings": [each.code for each in lever.findings],
            "named": name in failed,
        }
    return {
        "status": verdict.status,
        "failed": [check.name for check in verdict.checks if not check.passed],
        "price_grade": evidence.of("price").grade,
        "checks": [check.name for check in evidence.checks if check.found],
        "channels": channels,
    }


def rows(
    kinds: Iterable[str],
    seeds: Iterable[int],
    out: Path,
    *,
    second: bool = False,
    form: str = USUAL,
) -> Iterator[Record]:
    """One row a world: from ``out`` where it has it, else fitted, with its second model."""
    seeds = tuple(seeds)
    for kind in kinds:
        key = {"kind": kind, **({} if form == USUAL else {"form": form})}
        yield from each_world(out, key, seeds, partial(_row, kind, form, second))


def _row(kind: str, form: str, second: bool, seed: int) -> Record:
    fit, fit_second = _fitters(kind if kind in (MESSY, *SIZES) else "", form)
    world = made(kind, seed)
    model = fit(world.frame)
    rival = fit_second(world.frame) if second else None
    return {**measured(model, world.roi), "plan": planned(model, world, rival)}


@cache
def _fitters(family: str, form: str) -> tuple[Fit, Fit]:
    """Those of the model and of its second model; each compiles once."""
    document = messy_worlds.SPEC if family == MESSY else wrong_worlds.SPEC
    if family in SIZES:
        sized = spec_of(sized_world(family, 1).world)
        document = sized.model_dump(mode="json", exclude_unset=True)
    spec = with_form(document, form)
    return fitter(spec, SAMPLING), fitter(rival_of(spec).spec, SAMPLING)


def made(kind: str, seed: int) -> wrong_worlds.KnownWorld:
    """The world of this kind."""
    if kind in SIZES:
        return sized_world(kind, seed)
    return messy_worlds.make(seed) if kind == MESSY else wrong_worlds.make(kind, seed)


def outside(channel: Record) -> float:
    """How far the truth lies outside the interval, in widths of it."""
    beyond = max(channel["p5"] - channel["truth"], channel["truth"] - channel["p95"], 0.0)
    return float(beyond / (channel["p95"] - channel["p5"]))


def is_lower(channel: Record) -> bool:
    return channel["grade"] in LOWER_GRADES


def is_told(row: Record, channel: Record) -> bool:
    return is_lower(channel) or (row["status"] != "trusted" and channel["named"])


def summary(found: list[Record]) -> Iterator[tuple[str, ...]]:
    """The table's lines: by kind, and over all."""
    for kind in (*KINDS, "all"):
        chosen = [row for row in found if kind in (row["kind"], "all")]
        if not chosen:
            continue
        pairs = [(row, channel) for row in chosen for channel in row["channels"].values()]
        gross = [(row, channel) for row, channel in pairs if outside(channel) > 0.5]
        covered = [channel for _, channel in pairs if outside(channel) == 0.0]
        yield (
            kind,
            str(len(chosen)),
            f"{np.mean([row['status'] == 'trusted' for row in chosen]):.2f}",
            f"{len(covered) / len(pairs):.2f}",
            str(len(pairs) - len(covered)),
            str(len(gross)),
            f"{sum(is_told(*pair) for pair in gross)} of {len(gross)}" if gross else "",
            f"{np.mean([is_lower(channel) for channel in covered]):.2f}" if covered else "",
        )


def plan_summary(found: list[Record]) -> Iterator[tuple[str, ...]]:
    """By kind: plans that truly lose, those of them flagged; the better ones, those flagged; and of
    plans without a flag the odds promised and those that came."""
    for kind in (*KINDS, "all"):
        plans = [row["plan"] for row in found if kind in (row["kind"], "all")]
        if not plans:
            continue
        harmful = [plan for plan in plans if plan["change"] < HARM]
        better = [plan for plan in plans if plan["change"] > 0.0]
        silent = [plan for plan in plans if not plan["flagged"]]
        promised = np.mean([plan["probability_better"] for plan in silent]) if silent else None
        came = np.mean([plan["change"] > 0.0 for plan in silent]) if silent else None
        yield (
            kind,
            str(len(plans)),
            f"{sum(bool(plan['flagged']) for plan in harmful)} of {len(harmful)}",
            f"{sum(bool(plan['flagged']) for plan in better)} of {len(better)}",
            f"{min(plan['change'] for plan in plans):.0f}",
            f"{np.mean([plan['change'] for plan in plans]):.1f}",
            str(len(silent)),
            "" if promised is None else f"{promised:.2f}",
            "" if came is None else f"{came:.2f}",
        )


def table(heads: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> None:
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for line in lines:
        print(f"| {' | '.join(line)} |")


def seeds_of(text: str) -> Iterator[int]:
    """The seeds of ``1-20,500``."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1-20")
    parser.add_argument("--kinds", default=",".join(wrong_worlds.KINDS))
    parser.add_argument("--out", type=Path, default=Path("evidence.jsonl"))
    parser.add_argument("--form", choices=FORMS, default=USUAL)
    parser.add_argument("--second", action="store_true", help="fit second models too")
    given = parser.parse_args()
    kinds, seeds = given.kinds.split(","), seeds_of(given.seeds)
    found = [*rows(kinds, seeds, given.out, second=given.second, form=given.form)]
    table(HEADS, summary(found))
    print()
    table(PLAN_HEADS, plan_summary(found))
    print()
    table(MOVES_HEADS, moves_summary(found, KINDS))


if __name__ == "__main__":
    main()
