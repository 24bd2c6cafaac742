"""Panels of regions and items with national spend, exposure at a cost, reach and frequency.

The mean is written out by loops from the table itself, and every what-if on spend is a change of
that table: what the money buys follows at the cost of that week.
"""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mmm.attribution.returns import return_draws
from mmm.checks.assess import assess
from mmm.counterfactual.answer import answer
from mmm.counterfactual.question import Counterfactual
from mmm.data.design import design_of
from mmm.data.panel import build_panel
from mmm.errors import DataError
from mmm.posterior.draws import Posterior
from mmm.posterior.evaluate import mean_by_geo
from mmm.posterior.fitted import FittedModel
from mmm.priors.sample import prior_draws
from mmm.spec.model import parse_spec
from tests.mmm.fakes import fake_model, table

WEEKS, DRAWS, VALUE = 30, 5, 7.0
PEOPLE = {"north": 1000.0, "south": 3000.0}
CELLS = list(product(PEOPLE, ("big", "small")))
SPEC: dict[str, Any] = {
    "kpi": {"column": "sales", "kind": "units", "value_per_unit": VALUE},
    "date": "week",
    "geo": "region",
    "product": "item",
    "population": "people",
    "channels": [
        {"name": "tv", "column": "tv", "national": True, "adstock": {"max_lag": 2}},
        {"name": "search", "column": "search", "exposure": "clicks",
         "adstock": {"kind": "none"}, "saturation": {"kind": "logistic"}},
        {"name": "radio", "column": "radio", "exposure": "reach", "frequency": "contacts",
         "adstock": {"max_lag": 1}, "saturation": {"kind": "michaelis_menten"}},
    ],
    "seasonality": {"yearly": 0},
    "trend": {"kind": "none"},
}  # fmt: skip


def rows() -> pd.DataFrame:
    """A row a week and cell; tv is one number a week, repeated."""
    frames = []
    national = table(WEEKS, seed=50)["tv_spend"].to_numpy()
    for i, (region, item) in enumerate(CELLS):
        own = table(WEEKS, seed=60 + i)
        names = {"search_spend": "search", "search_clicks": "clicks", "radio_spend": "radio"}
        names |= {"radio_reach": "reach", "radio_frequency": "contacts"}
        frame = own[["week", "sales", *names]].rename(columns=names)
        frames.append(frame.assign(tv=national, region=region, item=item, people=PEOPLE[region]))
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def model() -> FittedModel:
    """Prior draws on the table."""
    spec = parse_spec(SPEC)
    panel = build_panel(rows(), spec)
    design = design_of(spec, panel)
    drawn = Posterior(prior_draws(design, DRAWS, seed=1))
    return replace(fake_model(), design=design, posterior=drawn)


def cells(frame: pd.DataFrame, column: str) -> np.ndarray:
    """(week, cell) of a column, cells in the order of ``CELLS``."""
    return np.stack(
        [
            frame[(frame["region"] == region) & (frame["item"] == item)][column].to_numpy()
            for region, item in CELLS
        ],
        axis=1,
    )


def by_hand(model: FittedModel, draw: int, *, tv=None, search=1.0, radio=1.0) -> np.ndarray:
    """(week, cell) mean of one draw; ``tv (week,)`` replaces the national spend, the others are
    multiplied, and buy clicks and reach in proportion."""
    frame, p = rows(), {name: values[draw] for name, values in model.posterior.draws.items()}
    people = np.array([PEOPLE[region] for region, _ in CELLS])
    weight, share = people / people.mean(), people / people.sum()
    national = cells(frame, "tv")[:, 0]
    bought = {
        "tv": (national if tv is None else tv)[:, None] * share,
        "search": cells(frame, "clicks") * search,
        "radio": cells(frame, "reach") * radio,
    }
    usual = {"tv": national[:, None] * share, "search": cells(frame, "clicks")}
    usual["radio"] = cells(frame, "reach")
    contacts, found = cells(frame, "contacts"), np.zeros((WEEKS, len(CELLS)))
    kpi_unit = (cells(frame, "sales") / weight).mean() * weight
    for t, g in np.ndindex(*found.shape):
        item = sorted({"big", "small"}).index(CELLS[g][1])
        total = p["level"][g] + p["product_level"][item] + p["shock"][t]
        for c, name in enumerate(bought):
            one = (usual[name] / weight).sum() / (usual[name] > 0.0).sum() * weight[g]
            reached = contacts[:, g] ** p["frequency_slope"][0]
            reached = reached / (p["frequency_half"][0] ** p["frequency_slope"][0] + reached)
            x = bought[name][:, g] / one * (reached if name == "radio" else 1.0)
            total += p["beta"][c, g] * _curve(name, p, x, t)
        found[t, g] = kpi_unit[g] * total
    return found


def _curve(name: str, p: dict[str, np.ndarray], x: np.ndarray, t: int) -> float:
    if name == "search":
        decay = np.exp(-p["saturation_rate"][0] * x[t])
        return float((1.0 - decay) / (1.0 + decay))
    which, lags = (0, 3) if name == "tv" else (1, 2)
    weights = p["adstock_alpha"][which] ** np.arange(lags)
    carried = sum(weights[k] * x[t - k] for k in range(min(lags, t + 1))) / weights.sum()
    slope = p["saturation_slope"][0] if name == "tv" else 1.0
    return float(carried**slope / (p["saturation_half"][which] ** slope + carried**slope))


def test_the_mean_of_every_cell(model):
    assert model.panel.geos == tuple(f"{region} | {item}" for region, item in CELLS)
    found = mean_by_geo(model, model.design.observed)
    for draw in range(DRAWS):
        np.testing.assert_allclose(found[draw], by_hand(model, draw), rtol=1e-9)


@pytest.mark.parametrize(
    ("do", "changed"),
    [
        ({"variable": "tv", "set": 50.0}, {"tv": np.full(WEEKS, 50.0)}),
        ({"variable": "tv", "add": 8.0}, {"tv": cells(rows(), "tv")[:, 0] + 8.0}),
        ({"variable": "search", "scale": 2.0}, {"search": 2.0}),
        ({"variable": "radio", "scale": 0.5}, {"radio": 0.5}),
    ],
    ids=["a national budget", "more of it", "twice the clicks", "half the reach"],
)
def test_what_money_buys(model, do, changed):
    """The national number is shared by people; contacts per person reached stay as they were."""
    window = {"start": model.panel.weeks[0], "end": model.panel.weeks[-1]}
    asked = {"window": window, "after": "continue", "do": [do]}
    found = answer(model, Counterfactual.model_validate(asked)).effect_in_window
    change = [by_hand(model, k, **changed) - by_hand(model, k) for k in range(DRAWS)]
    assert found.mean == pytest.approx(np.sum(change, axis=(1, 2)).mean(), rel=1e-9)


def test_a_national_budget_is_paid_once(model):
    """The return of tv: value of what it caused, its last weeks' carryover too, by the national
    spend."""
    window = {"start": model.panel.weeks[0], "end": model.panel.weeks[-1]}
    asked = {"window": window, "do": [{"variable": "tv", "set": 0.0}]}
    lost = answer(model, Counterfactual.model_validate(asked)).effect
    roi, _ = return_draws(model)
    spent = cells(rows(), "tv")[:, 0].sum()
    assert roi[:, 0].mean() == pytest.approx(-VALUE * lost.mean / spent, rel=1e-9)


def test_a_cell_that_bought_nothing_borrows_and_says_so(model):
    frame = rows()
    silent = (frame["region"] == "south") & (frame["item"] == "small")
    frame.loc[silent, ["search", "clicks"]] = 0.0
    panel = build_panel(frame, model.spec)
    design = design_of(model.spec, panel)
    drawn = prior_draws(design, 200, seed=1)
    poor = replace(model, design=design, posterior=Posterior(drawn))
    beta = poor.posterior.draws["beta"][:, 1]
    # no exposure of its own: as wide as the others, and with them, through the common effect
    assert np.all(np.isfinite(beta))
    assert np.corrcoef(np.log(beta[:, 3]), np.log(beta[:, 0]))[0, 1] > 0.5
    notes = assess(poor, seed=1).notes
    assert any(note.startswith("search was never bought in south | small") for note in notes)


@pytest.mark.parametrize(
    ("row", "column", "value", "code"),
    [
        (3, "tv", 1e4, "differs"),
        (5, "reach", -1.0, "negative"),
        (6, "contacts", 0.0, "not_positive"),
    ],
)
def test_a_cell_that_does_not_fit_is_refused(row, column, value, code):
    frame = rows()
    frame.loc[row, ["search", "clicks"]] = 5.0
    frame.loc[row, column] = value
    with pytest.raises(DataError) as raised:
        build_panel(frame, parse_spec(SPEC))
    assert [issue.code for issue in raised.value.issues] == [code]
