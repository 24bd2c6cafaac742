"""Integer programs that can be left: the first second here, the rest in a process of its own.

HiGHS cannot be interrupted from Python, and a search tree may take minutes. Most programs are
solved within a second, in which the caller is not asked. One that is not is begun again in a
process (``python -m optimizer.certify.solver_process``), which is killed where the caller has left.
What it gives is the same as if it had been solved here.
"""

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from optimizer.constraints.sparse_row import SparseMatrix
from optimizer.response import FloatArray, IndexArray
from optimizer.watch import Watch

_PATIENCE = 0.8
"""Seconds in which the caller is not asked."""
_ASKING = 0.1
_FAILED = 4
"""The status of a program on which the solver failed."""
_INHERITED = frozenset({"PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP"})
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise objective . x under  lower <= x <= upper  and  row_lower <= rows x <= row_upper.

    integrality: (variable,), 1 for integers.  gap: relative, at which the search ends.
    nodes: of the search tree, at most.
    """

    objective: FloatArray
    integrality: IndexArray
    lower: FloatArray
    upper: FloatArray
    rows: SparseMatrix
    row_lower: FloatArray
    row_upper: FloatArray
    gap: float
    nodes: int


@dataclass(frozen=True, eq=False)
class Solved:
    """How a program ended: x, None where none was reached; the least bound of the objective, None
    where there is none; the nodes of the tree; whether the nodes or the time were used up.
    """

    x: FloatArray | None
    bound: float | None
    nodes: int
    limited: bool
    message: str


def solve_watched(program: Program, watch: Watch) -> Solved:
    """Solve a program in the time that is left.  Raises Cancelled."""
    watch.ask()
    here = min(_PATIENCE, watch.seconds_left)
    first = _solve(program, here)
    if not first.limited or first.nodes >= program.nodes or watch.is_over():
        return first
    return _solve_apart(program, watch) or first


def _solve(program: Program, seconds: float) -> Solved:
    options: Any = {"mip_rel_gap": program.gap, "node_limit": program.nodes}
    if np.isfinite(seconds):
        options["time_limit"] = max(seconds, 1e-3)
    result = _milp(program, options)
    if result.status == _FAILED:  # presolving fails on a few small programs that have a solution
        result = _milp(program, {**options, "presolve": False})
    bound = result.mip_dual_bound
    return Solved(
        None if result.x is None else np.asarray(result.x, dtype=np.float64),
        None if bound is None or not np.isfinite(bound) else float(bound),
        int(result.mip_node_count or 0),
        result.status == 1,
        str(result.message),
    )


def _milp(program: Program, options: Any) -> Any:
    return milp(
        program.objective,
        integrality=program.integrality,
        bounds=Bounds(program.lower, program.upper),
        constraints=LinearConstraint(program.rows, program.row_lower, program.row_upper),
        options=options,
    )


def _solve_apart(program: Program, watch: Watch) -> Solved | None:
    """The same in a process, asking the watch; None where the process cannot run."""
    with TemporaryFile() as given:
        given.write(_written(program, watch.seconds_left))
        given.seek(0)
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", __spec__.name],
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError:
            return None
        with process:
            try:
                answer = _answer(process, watch)
            finally:
                process.kill()
    return _read_solved(answer) if process.returncode == 0 else None


def _answer(process: "subprocess.Popen[bytes]", watch: Watch) -> bytes:
    """What the process writes.  Raises Cancelled."""
    while True:
        try:
            return process.communicate(timeout=_ASKING)[0]
        except subprocess.TimeoutExpired:
            watch.ask()


def _environment() -> dict[str, str]:
    """What the process needs, and none of the caller's secrets."""
    root = str(Path(__file__).parents[2])
    return {
        **{name: value for name, value in os.environ.items() if name in _INHERITED},
        **dict.fromkeys(_THREADS, "1"),
        "PYTHONPATH": os.pathsep.join([root, *filter(None, sys.path)]),
    }


def _written(program: Program, seconds: float) -> bytes:
    """A program and its time as the bytes of an archive of arrays."""
    rows = csr_array(program.rows)
    parts = {name: value for name, value in vars(program).items() if name != "rows"}
    file = io.BytesIO()
    np.savez(
        file,
        **parts,
        seconds=seconds,
        data=rows.data,
        indices=rows.indices,
        indptr=rows.indptr,
        shape=rows.shape,
    )
    return file.getvalue()


def _read(given: bytes) -> tuple[Program, float]:
    """What ``_written`` wrote."""
    with np.load(io.BytesIO(given)) as file:
        parts = dict(file)
    matrix = tuple(parts.pop(name) for name in ("data", "indices", "indptr"))
    rows = csr_array(matrix, shape=tuple(parts.pop("shape").tolist()))
    seconds, gap, nodes = (parts.pop(name).item() for name in ("seconds", "gap", "nodes"))
    return Program(**parts, rows=rows, gap=gap, nodes=nodes), seconds


def _written_solved(solved: Solved) -> bytes:
    file = io.BytesIO()
    known = {name: value for name, value in vars(solved).items() if value is not None}
    np.savez(file, **known)
    return file.getvalue()


def _read_solved(given: bytes) -> Solved:
    with np.load(io.BytesIO(given)) as file:
        parts = dict(file)
    bound = parts.get("bound")
    return Solved(
        parts.get("x"),
        None if bound is None else bound.item(),
        parts["nodes"].item(),
        parts["limited"].item(),
        parts["message"].item(),
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(_written_solved(_solve(*_read(sys.stdin.buffer.read()))))
