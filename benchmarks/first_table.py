"""Side by side, one run on one machine: this project and the peers, same worlds, one after another.

    python -m benchmarks.first_table --world small --seeds 101-104 \\
        --peer-env pymc-marketing=PATH --out lines.jsonl

PATH is a peer's virtual environment. Each tool runs each world in a fresh process, alternating.
Every run's JSON lines go to ``--out``; the table comes last, on standard output.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.score import pooled
from benchmarks.worlds import SIZES

ROOT = Path(__file__).parents[1]
OWN, CONCAVE = "prudent", "prudent, concave"
RUNNERS = {
    OWN: "benchmarks.ours",
    CONCAVE: "benchmarks.ours_concave",
    "pymc-marketing": "benchmarks.peers.pymc_marketing",
    "meridian": "benchmarks.peers.meridian",
}
PEERS = [name for name in RUNNERS if name not in (OWN, CONCAVE)]
Record = dict[str, Any]


def main() -> None:
    options = _options()
    pythons = {OWN: sys.executable} | dict(options.peer_env)
    records: list[Record] = []
    with options.out.open("a", encoding="utf-8") as lines:
        for seed in options.seeds or [SIZES[options.world]["seed"]]:
            for tool, python in pythons.items():
                print(f"{tool} on {options.world}, seed {seed} ...", file=sys.stderr, flush=True)
                arguments = [options.world, seed, options.draws, options.tune, options.chains]
                for record in run(tool, python, [str(item) for item in arguments]):
                    records.append(record)
                    lines.write(json.dumps(record) + "\n")
                    lines.flush()
    print("\n".join(table(records, list(pythons))))


def run(tool: str, python: str, arguments: list[str]) -> Iterator[Record]:
    """The JSON lines of one tool on one world; its own chatter goes to standard error."""
    command = [python, "-m", RUNNERS[tool], *arguments]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **threads},
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        if line.startswith('{"tool"'):
            yield json.loads(line)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-2000:])
        raise SystemExit(f"{tool} failed with exit code {done.returncode}: {' '.join(command)}")


def table(records: Iterable[Record], tools: Iterable[str]) -> Iterator[str]:
    """Markdown: seconds and ESS as medians over worlds, gain pooled over worlds."""
    found = list(records)
    yield (
        "| tool | fit s | min ESS/s | MAPE | 90 % coverage | plan | allocate s "
        "| gain captured | worlds harmed |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for tool in tools:
        mine = [record for record in found if record["tool"] == tool]
        fits = [record for record in mine if record["what"] == "fit"]
        start = f"| {tool} | {_middle(fits, 'fit_seconds'):.1f} "
        start += f"| {_middle(fits, 'ess_min_per_second'):.0f} | {_middle(fits, 'mape'):.2f} "
        start += f"| {_mean(fits, 'coverage_90'):.2f} "
        for objective in ("expected", "cvar"):
            yield start + _plan_cells(mine, objective)


def _plan_cells(records: list[Record], objective: str) -> str:
    mine = [record for record in records if record.get("objective") == objective]
    plans = [record for record in mine if record["what"] == "allocate"]
    failed = len(mine) - len(plans)
    if not plans:
        return f"| {objective} | - | - | {failed} failed |"
    captured, harmed = pooled(plans)
    note = f", {failed} failed" if failed else ""
    seconds = _middle(plans, "allocate_seconds")
    return f"| {objective} | {seconds:.1f} | {captured:.2f} | {harmed} of {len(plans)}{note} |"


def _middle(records: list[Record], name: str) -> float:
    return float(median(record[name] for record in records))


def _mean(records: list[Record], name: str) -> float:
    return float(sum(record[name] for record in records)) / len(records)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="first_table", description=__doc__.split("\n")[0])
    parser.add_argument("--world", choices=sorted(SIZES), default="small")
    parser.add_argument("--seeds", type=seeds, default=[], help="as 101-104 or 7,9")
    parser.add_argument("--peer-env", type=peer, action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--tune", type=int, default=1000)
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--out", type=Path, default=Path("benchmark.jsonl"))
    return parser.parse_args()


def seeds(text: str) -> list[int]:
    first, dash, last = text.partition("-")
    if dash:
        return list(range(int(first), int(last) + 1))
    return [int(item) for item in text.split(",")]


def peer(text: str) -> tuple[str, str]:
    name, _, path = text.partition("=")
    python = Path(path) / "bin" / "python"
    if name not in RUNNERS or not python.is_file():
        known = ", ".join(RUNNERS)
        raise argparse.ArgumentTypeError(f"{text}: NAME is one of {known}, PATH an environment")
    return name, str(python)


if __name__ == "__main__":
    main()
