"""What each option of the model's form costs: time to compile, and effective draws per second.

    python -m benchmarks.form_costs OUT.jsonl [--only usual,memory] [--draws 500] [--panel]

One world for all options (``national``; with ``--panel`` three years of eight of the geos of
``regional``), so that their rows compare. Each option runs in a process of its own with caches of
its own, one after the other, so that its machine code is compiled anew. Rows stay in OUT after a
cut and are not measured again. Seconds are of the processor, which other work on a machine changes
less than the time of the clock. ``ess`` is the smallest bulk effective sample size over each
channel's total contribution and the scale of the noise, as for the other tools.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Option:
    """Changes of the usual specification, field by field; whether the linear coefficients are
    integrated out; whether sales are rounded to counts."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    collapse: bool = True
    counts: bool = False


MEMORY = {"noise": {"kind": "ar1"}}
HEAVY = {"kpi": {"likelihood": "student_t"}}
WALK = {"trend": {"kind": "random_walk"}}
COUNTS = {"kpi": {"likelihood": "negative_binomial"}}
OPTIONS = {
    "usual": Option(),
    "memory": Option(MEMORY),
    "heavy tails": Option(HEAVY),
    "heavy tails (coefficients sampled)": Option(HEAVY, collapse=False),
    "memory and heavy tails": Option(MEMORY | HEAVY),
    "memory and heavy tails (coefficients sampled)": Option(MEMORY | HEAVY, collapse=False),
    "smooth trend": Option({"trend": {"kind": "smooth"}}),
    "random walk": Option(WALK),
    "random walk with memory and heavy tails": Option(WALK | MEMORY | HEAVY),
    "counts": Option(COUNTS, counts=True),
    "counts with memory": Option(COUNTS | MEMORY, counts=True),
}
"""Name of a row -> option; add one to see what it costs."""

GEOS = 8


def measured(option: Option, draws: int, panel: bool) -> dict[str, float]:
    """One row: a fit of ``2 x (draws + draws)``, its code not yet compiled."""
    from benchmarks.measure import smallest_ess
    from benchmarks.ours import spec_of
    from benchmarks.worlds import make
    from mmm.attribution.returns import channel_contributions
    from mmm.data.design import design_of
    from mmm.data.panel import build_panel
    from mmm.inference.compiled import compile_model
    from mmm.inference.fit import fit_compiled
    from mmm.spec.model import parse_spec
    from mmm.spec.sampling import SamplingSpec

    world = make("regional" if panel else "national")
    frame = world.frame
    if panel:
        frame = frame[frame["geo"].isin(sorted(frame["geo"].unique())[:GEOS])]
    if option.counts:
        frame = frame.assign(kpi=(frame["kpi"] / frame["kpi"].mean() * 500.0).round())
    document = spec_of(world, acts_on="all").model_dump(mode="json", exclude_unset=True)
    for name, change in option.changes.items():
        document[name] = {**document.get(name, {}), **change}
    spec = parse_spec(document)
    design = design_of(spec, build_panel(frame, spec))
    begun = time.process_time()
    compiled = compile_model(design, collapse=option.collapse)
    code, clock = time.process_time() - begun, time.monotonic()
    times: list[float] = []

    def note(progress: Any) -> None:
        if progress.stage in ("warmup", "sampling", "postprocessing"):
            times.append(time.process_time())

    begun = time.process_time()
    sampling = SamplingSpec(draws=draws, tune=draws, chains=2, seed=1)
    model = fit_compiled(compiled, design, sampling, note, evidence=False)
    seconds = times[-1] - begun
    noise = "dispersion" if option.counts else "sigma"
    scale = model.posterior.dataset[noise].to_numpy()
    ess = smallest_ess(channel_contributions(model).reshape(*scale.shape, -1), scale)
    return {
        "code_seconds": round(code, 2),
        "sampling_seconds": round(seconds, 2),
        "clock_seconds": round(time.monotonic() - clock, 2),
        "ess": round(ess, 1),
        "ess_per_second": round(ess / seconds, 1),
        "r_hat": round(model.diagnostics["r_hat"], 4),
        "divergences": model.diagnostics["divergences"],
        "dimension": float(compiled.code.n_dim),
    }


def main() -> None:
    given = _arguments()
    if given.child is not None:
        print(json.dumps(measured(OPTIONS[given.child], given.draws, given.panel)))
        return
    wanted = given.only.split(",") if given.only else list(OPTIONS)
    key = {"draws": given.draws, "panel": given.panel}
    lines = given.out.read_text("utf-8").splitlines() if given.out.is_file() else []
    known = {row["option"] for row in map(json.loads, lines) if key.items() <= row.items()}
    for name in wanted:
        if name in known:
            continue
        row = {"option": name, **key, **_child(name, given)}
        with given.out.open("a", encoding="utf-8") as out:
            out.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)


def _child(name: str, given: argparse.Namespace) -> dict[str, Any]:
    """The row of a process of its own, or how it failed."""
    with tempfile.TemporaryDirectory() as caches:
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTENSOR_FLAGS": f"base_compiledir={caches}/pytensor",
            "NUMBA_CACHE_DIR": f"{caches}/numba",
            "PRUDENT_CODE_DIR": f"{caches}/code",
        }
        command = [sys.executable, "-m", "benchmarks.form_costs", str(given.out)]
        command += ["--child", name, "--draws", str(given.draws)]
        command += ["--panel"] if given.panel else []
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1][:200]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", default="", help="names of options, with commas between")
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--panel", action="store_true")
    parser.add_argument("--child", default=None, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
