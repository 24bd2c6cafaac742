"""Time and memory of allocations over hundreds of cells, of this tree and of an earlier one.

python -m benchmarks.many_cells [--against FOLDER] [--draws 200] [--longest 600]

Responses are draws of Hill curves, concave or S-shaped, without a model behind them; the objective
is half mean, half CVaR at 10 %, under one budget. Each allocation runs in a process of its own,
this tree and the other in turn, with one thread, so that processor seconds compare on a busy
machine. What takes longer than ``--longest`` seconds is stopped and told as such.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

SIZES = (260, 600, 936)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PER_CELL = 75.0
"""Currency of the budget for each cell."""


@dataclass(frozen=True, eq=False)
class Hills:
    """response_s(b) = sum_c height_sc b^p / (half_sc^p + b^p); arrays (draw, cell)."""

    height: np.ndarray
    half: np.ndarray
    power: np.ndarray
    separable: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"c{cell}" for cell in range(self.height.shape[1]))

    @property
    def concave(self) -> bool:
        return bool((self.power <= 1.0).all())

    def _at(self, spend: np.ndarray, cells: Any = slice(None)) -> tuple[np.ndarray, np.ndarray]:
        """Values and slopes (draw, cell)."""
        height, half, power = self.height[:, cells], self.half[:, cells], self.power[:, cells]
        ratio = (spend / half) ** power
        slope = height * power * ratio / np.maximum(spend, 1e-300) / (1 + ratio) ** 2
        return height * ratio / (1 + ratio), slope

    def draws(self, spend: np.ndarray) -> np.ndarray:
        return np.asarray(self._at(spend)[0].sum(axis=1))

    def jacobian(self, spend: np.ndarray) -> np.ndarray:
        return self._at(np.maximum(spend, 1e-9))[1]

    def curve(self, cell: int, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self._at(levels, [cell])

    def slope_range(self, cell: int, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        slope = self.curve(cell, levels)[1]
        power, half = self.power[:, [cell]], self.half[:, [cell]]
        turn = (np.maximum(power - 1.0, 0.0) / (power + 1.0)) ** (1.0 / power)
        peak = np.clip(np.where(power > 1.0, half * turn, 0.0), levels[:-1], levels[1:])
        steepest = self._at(np.maximum(peak, 1e-300), [cell])[1]
        ends = slope[:, :-1], slope[:, 1:]
        return np.minimum(*ends), np.maximum(np.maximum(*ends), steepest)


def hills(cells: int, draws: int, *, concave: bool) -> Hills:
    """Curves of uneven height, uncertainty and threshold."""
    rng = np.random.default_rng(1)
    spread = rng.uniform(0.1, 0.7, cells)
    height = rng.uniform(300, 1500, cells) * np.exp(rng.normal(0, spread, (draws, cells)))
    half = rng.uniform(100, 800, cells) * np.exp(rng.normal(0, 0.2, (draws, cells)))
    power = np.ones((draws, cells)) if concave else rng.uniform(1.2, 3.5, (1, cells))
    return Hills(height, half, np.broadcast_to(power, (draws, cells)))


def measure(kind: str, cells: int, draws: int) -> dict[str, Any]:
    """One allocation, in this process."""
    from optimizer import allocate, read_problem

    response = hills(cells, draws, concave=kind == "concave")
    problem = read_problem(
        {
            "budget": {"total": PER_CELL * cells},
            "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1},
            "stay": False,
        }
    )
    wall, processor = perf_counter(), process_time()
    answer = allocate(problem, response, np.full(cells, PER_CELL))
    return {
        "wall": perf_counter() - wall,
        "processor": process_time() - processor,
        "value": answer.risk.value,
        "gap": answer.certificate.gap,
        "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measured_apart(
    folder: Path, kind: str, cells: int, draws: int, longest: float
) -> dict[str, Any] | None:
    """The same in a process over the packages of a folder; None where it took too long."""
    command = [sys.executable, __file__, "--one", kind, str(cells), str(draws)]
    environment = os.environ | dict.fromkeys(THREADS, "1") | {"PYTHONPATH": str(folder)}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            timeout=longest,
            env=environment,
            cwd=folder,
        )
    except subprocess.TimeoutExpired:
        return None
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def row_of(cells: tuple[object, ...], found: dict[str, Any] | None, longest: float) -> str:
    told = (f"> {longest:.0f}", "", "", "", "")
    if found is not None:
        gap = "none" if found["gap"] is None else f"{100 * found['gap']:.3f} %"
        told = (
            f"{found['wall']:.1f}",
            f"{found['processor']:.1f}",
            f"{found['value']:,.0f}",
            gap,
            f"{found['mebibytes']:.0f}",
        )
    return "| " + " | ".join(map(str, (*cells, *told))) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", type=Path, help="another checkout of this project")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--longest", type=float, default=600.0)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        kind, cells, draws = given.one
        json.dump(measure(kind, int(cells), int(draws)), sys.stdout)
        return
    here = Path(__file__).parents[1]
    trees = {"this": here} | ({"other": given.against.resolve()} if given.against else {})
    say = sys.stdout.write
    say("| curves | cells | draws | tree | wall s | processor s | measure | gap | MiB |\n")
    say("|---|---|---|---|---|---|---|---|---|\n")
    for kind in ("concave", "s_shaped"):
        for cells in SIZES:
            for name, folder in trees.items():
                found = measured_apart(folder, kind, cells, given.draws, given.longest)
                at = (kind, cells, given.draws, name)
                say(row_of(at, found, given.longest) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
