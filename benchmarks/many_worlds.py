"""Fits of many worlds: one compilation for all, and a JSON line each, so that a run can resume."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd

from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual, CounterfactualAnswer
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.inference.compiled import Compiled, compile_model
from mmm.inference.fit import fit_compiled
from mmm.posterior.fitted import FittedModel
from mmm.spec.model import ModelSpec
from mmm.spec.sampling import SamplingSpec

type Record = dict[str, Any]


def fitter(spec: ModelSpec, sampling: SamplingSpec) -> Callable[[pd.DataFrame], FittedModel]:
    """A function from a table to its fit; the first call compiles for all."""
    compiled: list[Compiled] = []

    def fit_table(frame: pd.DataFrame) -> FittedModel:
        panel = build_panel(frame, spec)
        if not compiled:
            compiled.append(compile_model(design_of(spec, panel)))
        return fit_compiled(compiled[0], design_of(spec, panel), sampling)

    return fit_table


def what_if(model: FittedModel, variable: str, scale: float) -> CounterfactualAnswer:
    """The answer to do(variable x scale) through the whole history."""
    weeks = model.panel.weeks
    question = {
        "window": {"start": weeks[0], "end": weeks[-1]},
        "do": [{"variable": variable, "scale": scale}],
    }
    return answer(model, Counterfactual.model_validate(question))


def how_it_went(model: FittedModel) -> Record:
    """What a record keeps of a fit besides its estimates."""
    return {"diagnostics": dict(model.diagnostics), "verdict": model.verdict.status}


def each_world(
    out: Path, key: Mapping[str, Any], seeds: Iterable[int], measure: Callable[[int], Record]
) -> Iterator[Record]:
    """A record per seed: from ``out`` where it holds one under ``key``, else measured and added."""
    known = {record["world"]: record for record in stored_records(out) if _under(record, key)}
    for seed in seeds:
        if seed not in known:
            began = perf_counter()
            found = measure(seed)
            seconds = round(perf_counter() - began, 2)
            known[seed] = {**key, "world": seed, **found, "seconds": seconds}
            _append(out, json.dumps(known[seed]))
            print(f"world {seed}: {seconds:.1f} s", file=sys.stderr, flush=True)
        yield known[seed]


def _under(record: Record, key: Mapping[str, Any]) -> bool:
    return all(record.get(name) == value for name, value in key.items())


def _append(path: Path, line: str) -> None:
    before = path.read_text("utf-8") if path.is_file() else ""
    broken = before and not before.endswith("\n")
    with path.open("a", encoding="utf-8") as lines:
        lines.write(f"\n{line}\n" if broken else f"{line}\n")


def stored_records(path: Path) -> Iterator[Record]:
    """The records of a file that may not exist yet; a line that was cut off is left out."""
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            print(f"{path}: a line is cut off; its world is fitted again", file=sys.stderr)
