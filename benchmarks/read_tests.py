"""How honest the reading of a geo test is: false positives, coverage, width, power and bias.

    python -m benchmarks.read_tests --out rows.jsonl                       # simulated panels
    python -m benchmarks.read_tests --placebos geolift_pre.csv --out rows.jsonl

The simulated panels are those of ``geo_panels``. One prediction serves both worlds of a panel: it
does not see the treated geo's window. The placebos are every city of an untreated panel and every
window of 15 days with 45 days before it. Rows are kept as they are finished, and a run goes on
after a cut.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.geo_panels import DAYS, SCENARIOS, Scenario, make_panel
from benchmarks.many_worlds import Record, each_world
from mmm.experiments.estimators.forecast import INDEPENDENT
from mmm.experiments.estimators.sample import Sample
from mmm.experiments.estimators.stack import predict
from mmm.types import Array

LIFT = 0.075
LEVEL = 0.05
BLOCK = 50
FIRST_SEED, PANELS = 10_000, 1_000
HISTORY = 45


def read_panel(scenario: Scenario, seed: int) -> dict[str, float]:
    """p-values without and with the lift, the 95 % interval of what was untreated, the lift
    read.
    """
    panel = make_panel(scenario, seed)
    treated = panel.treated[None]
    total = predict(Sample(panel.untreated, panel.before, treated, ~treated, True)).total
    sold = panel.untreated[panel.before :, panel.treated].sum()
    low, middle, high = (float(total.quantile(p)[0]) for p in (0.025, 0.5, 0.975))
    lifted = sold * (1.0 + LIFT)
    return {
        "p_without": float(total.two_sided(np.array([sold]))[0]),
        "p_with": float(total.two_sided(np.array([lifted]))[0]),
        "covered": float(low <= sold <= high),
        "width": (high - low) / DAYS,
        "error": lifted / middle - 1.0 - LIFT,
    }


def panels(out: Path, name: str, seeds: range) -> dict[str, Array]:
    """The figures of every panel of a scenario, by name: (panel,)."""
    blocks = [range(s, min(s + BLOCK, seeds.stop)) for s in range(seeds.start, seeds.stop, BLOCK)]
    ends = {block.start: block.stop for block in blocks}

    def measure(first: int) -> Record:
        rows = [read_panel(SCENARIOS[name], seed) for seed in range(first, ends[first])]
        return {figure: [row[figure] for row in rows] for figure in rows[0]}

    key = {"scenario": name, "count": min(BLOCK, len(seeds))}
    found = list(each_world(out, key, ends, measure))
    figures = ("p_without", "p_with", "covered", "width", "error")
    return {each: np.concatenate([record[each] for record in found]) for each in figures}


def summary(found: Mapping[str, Array]) -> dict[str, float]:
    """The figures of a table's row, with the standard error of a share that is one in twenty."""
    return {
        "panels": len(found["error"]),
        "false positives": float((found["p_without"] < LEVEL).mean()),
        "coverage": float(found["covered"].mean()),
        "power": float((found["p_with"] < LEVEL).mean()),
        "width": float(np.median(found["width"])),
        "mean width": float(found["width"].mean()),
        "bias": 100.0 * float(found["error"].mean()),
    }


def placebos(out: Path, kpi: Array, memory: str) -> Array:
    """p-values (window, city) of an untreated panel (day, city), ``memory`` learned or
    independent.
    """
    cities = np.eye(kpi.shape[1], dtype=np.bool_)

    def measure(start: int) -> Record:
        window = kpi[start - HISTORY : start + DAYS]
        sample = Sample(window, HISTORY, cities, ~cities, True)
        total = predict(sample, INDEPENDENT if memory == "independent" else None).total
        return {"p": total.two_sided(sample.sold[:, HISTORY:].sum(axis=1)).tolist()}

    starts = range(HISTORY, len(kpi) - DAYS + 1)
    return np.array([row["p"] for row in each_world(out, {"memory": memory}, starts, measure)])


def size(p: Array, level: float) -> tuple[float, float, float]:
    """Share of p-values (window, city) below ``level``, with its s.e. by cities and by times.

    By the jackknife: eight blocks of cities, and as many blocks of time as windows fit side by
    side.
    """
    found = (p < level).astype(np.float64)
    times = max(2, round(len(p) / DAYS) + 1)
    by_city = [
        found[:, ~np.isin(np.arange(p.shape[1]), block)].mean() for block in _blocks(p.shape[1], 8)
    ]
    by_time = [found[~np.isin(np.arange(len(p)), block)].mean() for block in _blocks(len(p), times)]
    return float(found.mean()), _jackknife(by_city), _jackknife(by_time)


def _blocks(count: int, parts: int) -> list[np.ndarray]:
    return np.array_split(np.arange(count), parts)


def _jackknife(values: Sequence[float]) -> float:
    return float(np.sqrt((len(values) - 1) * np.var(values)))


def panel_of(path: Path) -> Array:
    """Sales (day, city) of a file with columns date, location and Y."""
    rows = pd.read_csv(path)
    return np.asarray(rows.pivot(index="date", columns="location", values="Y"), dtype=np.float64)


def table(rows: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """A Markdown table of one row a name."""
    heads = list(next(iter(rows.values())))
    yield f"| | {' | '.join(heads)} |"
    yield f"|{'---|' * (len(heads) + 1)}"
    for name, row in rows.items():
        yield f"| {name} | {' | '.join(f'{row[head]:.4g}' for head in heads)} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="file that keeps the rows")
    parser.add_argument(
        "--placebos", type=Path, help="an untreated panel, in place of simulated ones"
    )
    parser.add_argument("--scenarios", nargs="+", default=list(SCENARIOS), choices=list(SCENARIOS))
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    parser.add_argument("--panels", type=int, default=PANELS)
    given = parser.parse_args()
    if given.placebos:
        kpi = panel_of(given.placebos)
        for memory in ("learned", "independent"):
            p = placebos(given.out, kpi, memory)
            for level in (0.05, 0.1):
                share, city, time = size(p, level)
                errors = f"s.e. {city:.4f} by cities, {time:.4f} by times"
                print(f"{memory}, level {level}: {share:.4f}, {errors}")
        return
    seeds = range(given.first, given.first + given.panels)
    found = {name: panels(given.out, name, seeds) for name in given.scenarios}
    rows = {name: summary(each) for name, each in found.items()}
    pooled = {
        key: np.concatenate([each[key] for each in found.values()])
        for key in found[given.scenarios[0]]
    }
    print("\n".join(table({**rows, "pooled": summary(pooled)})))


if __name__ == "__main__":
    main()
