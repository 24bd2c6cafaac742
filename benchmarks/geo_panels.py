"""Simulated geo tests whose truth is exact, by the recipe of Recast's study of geo-test tools
(2026).

    kpi_it = level_i (1 + .001 t) (1 + .1 profile[t mod 7]) exp(.2 sqrt(level_i / mean level) e_it)

e is AR(1) with coefficient .3 and unit innovations; levels are log-normal with mean 4,000 and
log-s.d. .6; the geo nearest the median level is treated for 15 days, its sales then times 1 + lift.
A1: 20 other geos, 90 days before. A2: the treated geo five times as large, its noise as before. A3:
9 other geos. A4: 30 days before.
"""

from dataclasses import dataclass

import numpy as np

from mmm.types import Array, Mask

PROFILE = np.array([-1.0, -0.5, 0.0, 0.2, 0.8, 1.0, 0.5])
DAYS = 15


@dataclass(frozen=True)
class Scenario:
    """A kind of panel, and what GeoLift does on it: of 1,000 panels at a lift of 7.5 % and level 5
    %.
    """

    others: int = 20
    before: int = 90
    inflate: float = 1.0
    false_positives: float = 0.0
    coverage: float = 0.0
    power: float = 0.0
    width: float = 0.0


SCENARIOS = {
    "A1": Scenario(false_positives=0.046, coverage=0.922, power=0.087, width=2020.0),
    "A2": Scenario(inflate=5.0, false_positives=0.042, coverage=0.936, power=0.090, width=9955.0),
    "A3": Scenario(others=9, false_positives=0.049, coverage=0.925, power=0.107, width=1926.0),
    "A4": Scenario(before=30, false_positives=0.033, coverage=0.951, power=0.043, width=5575.0),
}


@dataclass(frozen=True)
class GeoPanel:
    """untreated: (day, geo), what every geo sells without the test; treated: (geo,) of bool."""

    untreated: Array
    treated: Mask
    before: int


def make_panel(scenario: Scenario, seed: int) -> GeoPanel:
    """The panel of a seed."""
    rng = np.random.default_rng([seed, 41])
    geos, days = 1 + scenario.others, scenario.before + DAYS
    level = np.sort(rng.lognormal(np.log(4000) - 0.18, 0.6, geos))
    treated = np.arange(geos) == np.abs(level - np.median(level)).argmin()
    spread = 0.2 * np.sqrt(level / level.mean())
    shock = rng.standard_normal((days, geos))
    for day in range(1, days):
        shock[day] += 0.3 * shock[day - 1]
    level = np.where(treated, scenario.inflate, 1.0) * level
    number = np.arange(1, days + 1)
    common = (1.0 + 0.001 * number) * (1.0 + 0.1 * PROFILE[(number - 1) % 7])
    return GeoPanel(level * common[:, None] * np.exp(spread * shock), treated, scenario.before)
