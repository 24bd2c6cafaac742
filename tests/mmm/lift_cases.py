"""A panel of two geos, lift tests on it, and how they are resolved there."""

from datetime import date, timedelta
from itertools import product

import numpy as np
import pandas as pd

from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.lift.resolve import resolve_lift_tests
from mmm.spec.model import parse_spec

FIRST, WEEKS, LAG = date(2022, 1, 3), 40, 4
PEOPLE = {"a": 1000.0, "b": 3000.0}
DOCUMENT = {
    "kpi": {"column": "sales", "kind": "units", "value_per_unit": 5.0},
    "date": "week",
    "channels": [
        {"name": "tv", "column": "tv", "adstock": {"max_lag": LAG, "before": "mean"}},
        {"name": "search", "column": "search", "adstock": {"kind": "none"}},
    ],
    "price": {"column": "price"},
    "controls": ["weather"],
}


def week(position: int) -> str:
    return (FIRST + timedelta(weeks=position)).isoformat()


def panel_and_spec(*tests, geos=("a", "b"), items=("all",), **fields):
    rng = np.random.default_rng(3)
    frames = []
    for geo, item in product(geos, items):
        size = PEOPLE[geo]
        frame = {"week": [week(t) for t in range(WEEKS)], "region": geo, "item": item}
        frame |= {"people": size}
        frame |= {"sales": size * rng.uniform(0.9, 1.1, WEEKS), "price": rng.uniform(8, 12, WEEKS)}
        frame |= {"tv": size * rng.uniform(0.5, 1.5, WEEKS), "weather": rng.normal(0, 1, WEEKS)}
        frame |= {
            "search": size * rng.uniform(0, 1, WEEKS),
            "views": size * rng.uniform(1, 2, WEEKS),
        }
        frames.append(pd.DataFrame(frame))
    local = {"geo": "region", "population": "people"} if len(geos) > 1 else {}
    spec = parse_spec({**DOCUMENT, **local, **fields, "lift_tests": list(tests)})
    return build_panel(pd.concat(frames, ignore_index=True), spec), spec


def resolved(*tests, **kwargs):
    panel, spec = panel_and_spec(*tests, **kwargs)
    return panel, resolve_lift_tests(design_of(spec, panel))


def one(test, **kwargs):
    panel, (found,) = resolved(test, **kwargs)
    return panel, found


def inside(**fields):
    test = {
        "channel": "tv",
        "start": week(10),
        "end": week(13),
        "cooldown": 2,
        "geos": ["b"],
        "control": {"scale": 0},
        "result": {"lift": 200.0, "se": 50.0},
    }
    return {**test, **fields}


def outside(**fields):
    test = {
        "channel": "tv",
        "start": week(60),
        "end": week(61),
        "control": {"weekly": 4000, "before": [1000, 2000, 3000, 4000]},
        "treatment": {"weekly": [8000, 6000]},
        "result": {"lift": 200.0, "se": 50.0},
    }
    return {**test, **fields}
