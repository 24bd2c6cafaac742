"""Code compiled once serves every panel of its structure, and refuses the others."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mmm.data.design import design_of
from mmm.errors import DataError
from mmm.inference.compiled import Compiled, compile_model, graph_differences
from mmm.inference.fit import fit, fit_compiled
from mmm.model.build import build_collapsed, build_model
from mmm.spec.sampling import SamplingSpec
from tests.mmm.fakes import RICH, fake_model

SHORT = SamplingSpec(draws=60, tune=100, chains=2, seed=7)
TV, *OTHERS = CHANNELS = [{"name": name, "column": f"{name}_spend"} for name in ("tv", "search")]
SMALL = {"kpi": {"column": "sales"}, "date": "week", "channels": CHANNELS}


def graph(document: dict = RICH, build=build_collapsed, **panel):
    fitted = fake_model(document, **panel)
    return build(fitted.design)


def with_roi(median: float = 1.0) -> dict:
    return {
        **SMALL,
        "channels": [{**TV, "prior": {"roi": {"median": median, "p95": 4.0}}}, *OTHERS],
    }


@pytest.mark.parametrize("build", [build_collapsed, build_model])
@pytest.mark.parametrize("document", [RICH, with_roi()])
@pytest.mark.parametrize("geos", [1, 3])
def test_other_numbers_are_the_same_computation(document, geos, build):
    first, second = (graph(document, build, geos=geos, seed=seed) for seed in (0, 5))
    assert list(graph_differences(first, second)) == []


def test_the_number_of_weeks_is_free_where_nothing_sampled_has_weeks():
    assert list(graph_differences(graph(weeks=60), graph(weeks=70))) == []


def test_weeks_count_where_shocks_are_derived():
    first, second = (graph(build=build_model, geos=2, weeks=weeks) for weeks in (60, 70))
    assert [(issue.code, issue.detail) for issue in graph_differences(first, second)] == [
        ("other_size", "70 dates, compiled for 60: compile the model anew")
    ]


def test_another_number_of_geos_is_refused():
    assert [issue.code for issue in graph_differences(graph(geos=2), graph(geos=3))] == [
        "other_size"
    ]


def test_a_number_within_the_graph_makes_another_structure():
    """A prior's median is not a data node: other code, and it is seen."""
    found = graph_differences(graph(with_roi()), graph(with_roi(median=1.1)))
    assert [issue.code for issue in found] == ["other_structure"]


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    first = fake_model(SMALL)
    return compile_model(first.design)


@pytest.mark.slow
def test_draws_equal_those_of_a_fresh_compilation(compiled):
    """Another panel of another length, after a first was sampled: the same draws."""
    fit_compiled(compiled, fake_model(SMALL, seed=0).design, SHORT)
    design = fake_model(SMALL, weeks=66, seed=5).design
    fresh = fit(design, SHORT)
    again = fit_compiled(compiled, design, SHORT)
    assert again.posterior.dataset.identical(fresh.posterior.dataset)
    assert again.scales.kpi == fresh.scales.kpi
    assert again.diagnostics == fresh.diagnostics


@pytest.mark.slow
def test_loaded_panels_do_not_disturb_each_other(compiled):
    one, two = fake_model(SMALL, seed=0), fake_model(SMALL, seed=5)
    first = compiled.load(one.design)
    start = first.code.initial_point_func(3)
    second = compiled.load(two.design)
    assert not np.array_equal(second.code.initial_point_func(3), start)
    np.testing.assert_array_equal(first.code.initial_point_func(3), start)
    assert first.code.user_data["shared"]["data"] != second.code.user_data["shared"]["data"]


@pytest.mark.slow
def test_stored_scales_are_reused(compiled):
    model = fake_model(SMALL, seed=0)
    scales = fake_model(SMALL, seed=5).scales
    design = design_of(model.spec, model.panel, scales)
    assert fit_compiled(compiled, design, SHORT).scales is scales


@pytest.mark.slow
def test_a_panel_of_another_structure_is_refused(compiled):
    with pytest.raises(DataError, match="3 geos, compiled for 1"):
        fit_compiled(compiled, fake_model(SMALL, geos=3).design, SHORT)


# VmHWM: the peak since the program started; that of ``resource`` has its parent's in it.
PEAK = """
from pathlib import Path
from mmm.inference.compiled import compile_model
from tests.mmm.fakes import RICH, fake_model

compile_model(fake_model({**RICH, "noise": {"kind": "ar1"}}, geos=4).design)
lines = Path("/proc/self/status").read_text("ascii").splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is looked at in /proc")
def test_compiling_a_panel_that_remembers_takes_little_memory(tmp_path: Path) -> None:
    """It took gigabytes for the notes that PyTensor makes of where a variable comes from."""
    environment = {**os.environ, "PRUDENT_CODE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", PEAK]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert int(told.stdout) < 900 * 1024
