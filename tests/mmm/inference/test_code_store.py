"""Machine code on disk: found by the computation, the same draws in another process, never trusted
when it cannot be read."""

import json
import os
import subprocess
import sys
import zipfile
from itertools import combinations
from pathlib import Path

import pytest

from mmm.code_folder import CODE_DIR
from mmm.inference.code_store import FORMAT, _read
from mmm.inference.compiled import _sampled_lengths, graph_differences
from mmm.model.build import build_collapsed, build_model
from mmm.ops.graph_key import model_key
from tests.mmm.fakes import RICH, fake_model

CHANNELS = [{"name": name, "column": f"{name}_spend"} for name in ("tv", "search")]
SMALL = {"kpi": {"column": "sales"}, "date": "week", "channels": CHANNELS}
ABOUT = {"format": FORMAT, "data": ["kpi", "spend"], "outside": ["log1p", "free"]}
ROOT = Path(__file__).parents[3]

FIT = """
import json
from mmm.inference.compiled import compile_model
from mmm.inference.fit import fit_compiled
from mmm.spec.sampling import SamplingSpec
from tests.mmm.fakes import TINY, fake_model
fake = fake_model(TINY)
compiled = compile_model(fake.design)
fitted = fit_compiled(compiled, fake.design, SamplingSpec(draws=60, tune=100, chains=2, seed=7))
draws = fitted.posterior.draws
print(json.dumps({name: values.ravel().tolist() for name, values in draws.items()}))
"""


def key(document=SMALL, build=build_collapsed, **panel):
    fake = fake_model(document, **panel)
    model = build(fake.design)
    return model_key(model, _sampled_lengths(model)), model


def variants():
    roi = {**CHANNELS[0], "prior": {"roi": {"median": 1.0, "p95": 4.0}}}
    other = {**CHANNELS[0], "prior": {"roi": {"median": 1.1, "p95": 4.0}}}
    yield key()
    yield key(seed=5, weeks=70)
    yield key(geos=2)
    yield key(build=build_model)
    yield key(RICH)
    yield key(RICH, seed=3)
    yield key({**SMALL, "channels": [roi, CHANNELS[1]]})
    yield key({**SMALL, "channels": [other, CHANNELS[1]]})
    yield key({**SMALL, "seasonality": {"yearly": 3}})
    yield key({**SMALL, "noise": {"kind": "ar1"}})


def test_keys_are_equal_where_the_computation_is():
    """Equal keys exactly where the node-by-node comparison of the graphs finds no difference."""
    found = list(variants())
    assert all(found_key for found_key, _ in found)
    same = set()
    for (i, (first, one)), (j, (second, two)) in combinations(enumerate(found), 2):
        assert (first == second) == (not list(graph_differences(one, two)))
        if first == second:
            same.add((i, j))
    # other numbers, other weeks; a longer season, integrated out, is more rows of data alone
    assert same == {(0, 1), (4, 5), (0, 8), (1, 8)}


def test_a_damaged_entry_is_recognised_whatever_the_byte(tmp_path):
    path = tmp_path / "entry.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("about.json", json.dumps(ABOUT))
        file.writestr("density.o", bytes(range(256)) * 3)
    whole, intact = path.read_bytes(), _read(path)
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 0xFF
        path.write_bytes(bytes(damaged))
        try:
            found = _read(path)
        except (ValueError, OSError):
            continue
        assert found == intact  # a byte that says nothing, such as the time of writing
    path.write_bytes(whole[:-30])
    with pytest.raises(ValueError, match="BadZipFile"):
        _read(path)


def fit_elsewhere(folder: Path) -> tuple[dict, str]:
    """A fit in a new process whose compiled code lies in ``folder``, and what it warned of."""
    flags = f"base_compiledir={folder}"
    environment = {**os.environ, "PYTENSOR_FLAGS": flags, "PYTHONPATH": str(ROOT)}
    environment.pop(CODE_DIR, None)
    command = [sys.executable, "-c", FIT]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=400, check=True
    )
    return json.loads(done.stdout), done.stderr


@pytest.mark.slow
def test_another_process_draws_the_same_from_stored_code(tmp_path):
    made, _ = fit_elsewhere(tmp_path)
    (entry,) = (tmp_path / "prudent").glob("*.zip")
    written = entry.stat().st_ino
    loaded, _ = fit_elsewhere(tmp_path)
    assert made == loaded
    assert entry.stat().st_ino == written
    data = bytearray(entry.read_bytes())
    data[len(data) // 2] ^= 0xFF
    entry.write_bytes(bytes(data))
    again, told = fit_elsewhere(tmp_path)
    assert "cannot be read and is compiled anew" in told
    assert again == made
    assert list((tmp_path / "prudent").glob("*.zip")) == [entry]
    assert entry.stat().st_ino != written
