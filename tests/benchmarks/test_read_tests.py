"""Readings of geo tests are as honest as they say: simulated panels, and placebos of a real one.

A small version for every change, and the whole of it as a proof. The targets are those of the table
in benchmarks/README.md; of a few panels the binomial noise is added to them.
"""

from math import sqrt

import numpy as np
import pytest

from benchmarks.geo_panels import SCENARIOS
from benchmarks.read_tests import (
    FIRST_SEED,
    HISTORY,
    LEVEL,
    PANELS,
    panel_of,
    panels,
    placebos,
    size,
    summary,
)

MOST_POWER = 0.20
"""Who knew the mean of what was untreated would find no more."""


def noise(share: float, count: int) -> float:
    """Two standard errors of a share."""
    return 2.0 * sqrt(share * (1.0 - share) / count)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The figures of a few panels of each scenario."""
    out = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    return {name: panels(out, name, range(1, 61)) for name in SCENARIOS}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_read_honestly(found, name) -> None:
    """Sixty panels each: nobody is told of an effect too often, no interval is wide or beside
    it.
    """
    row, published = summary(found[name]), SCENARIOS[name]
    assert row["false positives"] < 0.07 + noise(LEVEL, 60)
    assert row["coverage"] > 0.925 - noise(LEVEL, 60)
    assert row["width"] < 0.75 * published.width
    assert row["power"] < MOST_POWER + noise(MOST_POWER, 60)
    assert abs(row["bias"]) < 0.8 + 2.0 * 100.0 * found[name]["error"].std() / sqrt(60)


@pytest.mark.slow
def test_a_run_goes_on_after_a_cut(tmp_path) -> None:
    out = tmp_path / "rows.jsonl"
    whole = panels(out, "A4", range(1, 5))
    kept = out.read_text()
    out.write_text(kept[: len(kept) // 2])
    again = panels(out, "A4", range(1, 5))
    assert np.array_equal(whole["p_with"], again["p_with"])


def test_the_error_of_a_size_is_that_of_its_blocks() -> None:
    """Cities that agree with themselves over time leave as many placebos as there are blocks."""
    rng = np.random.default_rng(0)
    city = rng.uniform(size=(1, 40)) * np.ones((31, 1))
    share, by_city, by_time = size(city, 0.5)
    assert by_time < 1e-12
    assert by_city == pytest.approx(sqrt(share * (1.0 - share) / 40), rel=0.5)


@pytest.mark.slow
def test_placebos_of_a_real_panel_are_no_effects(real_data, tmp_path) -> None:
    """Six windows of every city: errors that remember show one in ten at the 10 % level, others far
    more.
    """
    kpi = panel_of(real_data / "geolift_pre.csv")[: HISTORY + 20]
    learned = size(placebos(tmp_path / "rows.jsonl", kpi, "learned"), 0.1)
    independent = size(placebos(tmp_path / "rows.jsonl", kpi, "independent"), 0.1)
    assert learned[0] < 0.12 + 2.0 * max(learned[1:])
    assert independent[0] > 0.2


@pytest.mark.proof
def test_the_whole_table_of_panels(tmp_path) -> None:
    seeds = range(FIRST_SEED, FIRST_SEED + PANELS)
    found = {name: panels(tmp_path / "rows.jsonl", name, seeds) for name in SCENARIOS}
    for name, published in SCENARIOS.items():
        row = summary(found[name])
        assert 0.03 <= row["false positives"] <= 0.07
        assert 0.925 <= row["coverage"] <= 0.975
        assert row["width"] <= 0.75 * published.width
        assert abs(row["bias"]) <= 0.8
        assert published.power - noise(published.power, PANELS) <= row["power"] <= MOST_POWER
    whole = {key: np.concatenate([each[key] for each in found.values()]) for key in found["A1"]}
    pooled = summary(whole)
    assert 0.035 <= pooled["false positives"] <= 0.065
    assert 0.94 <= pooled["coverage"] <= 0.965


@pytest.mark.proof
def test_the_whole_table_of_placebos(real_data, tmp_path) -> None:
    kpi = panel_of(real_data / "geolift_pre.csv")
    p = placebos(tmp_path / "rows.jsonl", kpi, "learned")
    assert p.shape == (31, 40)
    assert 0.08 <= size(p, 0.1)[0] <= 0.12
