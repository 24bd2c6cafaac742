"""The bookkeeping of coverage: what counts as honest, as biased, and as one world."""

import json

import numpy as np
import pytest

from benchmarks.coverage import run as coverage_run
from benchmarks.intervals import Estimate, band, calibration
from benchmarks.many_worlds import each_world
from benchmarks.worlds import CROSS_ELASTICITY, ELASTICITY, make


def estimates(truth: float, errors: np.ndarray, half: float) -> list[Estimate]:
    means = truth + errors
    return [
        Estimate(world, truth, float(m), float(m - half), float(m + half))
        for world, m in enumerate(means)
    ]


def test_the_band_is_the_one_of_the_targets() -> None:
    assert (band(100), band(40)) == ((82, 97), (31, 40))


def test_honest_intervals_pass_and_narrow_or_wide_ones_do_not() -> None:
    errors = np.random.default_rng(0).standard_normal(100)
    honest, narrow, wide = (calibration(estimates(5.0, errors, 1.645 * k)) for k in (1.0, 0.6, 1.8))
    assert (honest.covers, narrow.covers, wide.covers) == (True, False, False)
    assert wide.covered > 97 > 82 > narrow.covered
    assert honest.unbiased


def test_a_shift_of_three_standard_errors_is_seen() -> None:
    drawn = np.random.default_rng(0).standard_normal(100)
    errors = (drawn - drawn.mean()) / drawn.std(ddof=1)
    shifted = calibration(estimates(5.0, errors + 0.3, 1.645))
    assert not shifted.unbiased
    assert shifted.z == pytest.approx(3.0)
    assert shifted.standard_error == pytest.approx(0.1)


def test_relative_errors_are_in_units_of_the_truth() -> None:
    found = calibration(estimates(-4.0, np.array([1.0, 1.0]), 2.0), relative=True)
    assert (found.error, found.width) == (0.25, 1.0)


def test_channels_of_one_world_count_as_one() -> None:
    """Two worlds of four channels, one half covered: 1.5 of 2, with a standard error of two."""
    rows = [
        Estimate(w, 1.0, 1.0, 0.0, 2.0 if w or c < 2 else 0.5) for w in (0, 1) for c in range(4)
    ]
    found = calibration(rows)
    assert (found.worlds, found.covered) == (2, 1.5)
    assert found.covered_error == pytest.approx(0.5)
    assert found.below == 0.0


def test_a_run_goes_on_where_it_was_broken_off(tmp_path) -> None:
    out, asked = tmp_path / "lines.jsonl", []

    def measure(seed: int) -> dict[str, int]:
        asked.append(seed)
        return {"square": seed * seed}

    first = list(each_world(out, {"arm": "a", "draws": 5}, range(3), measure))
    with out.open("a") as lines:
        lines.write('{"arm": "a", "dra')
    for _ in range(2):
        again = list(each_world(out, {"arm": "a", "draws": 5}, range(4), measure))
        assert (again[:3], asked) == (first, [0, 1, 2, 3])


def test_records_of_other_settings_are_not_taken_for_these(tmp_path) -> None:
    out = tmp_path / "lines.jsonl"
    list(each_world(out, {"draws": 5}, [1], lambda _: {"value": 1}))
    found = list(each_world(out, {"draws": 6}, [1], lambda _: {"value": 2}))
    assert [record["value"] for record in found] == [2]
    assert len(out.read_text().splitlines()) == 2


def test_stored_worlds_need_no_fit(tmp_path) -> None:
    out = tmp_path / "lines.jsonl"
    record = {"design": "all", "draws": 500, "world": 3, "estimates": {}, "seconds": 1.0}
    out.write_text(json.dumps(record) + "\n")
    assert list(coverage_run("all", [3], 500, out)) == [record]


def test_prices_act_where_the_world_says() -> None:
    """What-ifs and returns of a world by its own arithmetic, from the factor of prices."""
    spares, everything = make("small", 3), make("small", 3, "all")
    base = (spares.truth.base * spares.truth.factor[:, None]).sum()
    gain = spares.kpi_at(own=1.1) - spares.kpi_at()
    assert gain == pytest.approx(base * (1.1**ELASTICITY - 1.0))
    ratio = everything.kpi_at(rival=1.1) / everything.kpi_at()
    assert ratio == pytest.approx(1.1**CROSS_ELASTICITY)
    assert not np.allclose(spares.frame["kpi"], everything.frame["kpi"])
    np.testing.assert_array_less(spares.contribution, spares.roi * spares.truth.spend.sum((0, 1)))
