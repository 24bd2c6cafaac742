"""Random specifications, and tables that they fit: every structure of the model, in any company.

``random_case(seed)`` draws a specification that its own rules accept, on a table of some thirty
weeks (more only where the parameters need them). The table has plausible numbers and no truth.
"""

from typing import Any

import numpy as np
import pandas as pd

from mmm.data.design import Design, design_of
from mmm.data.panel import build_panel
from mmm.data.panel_checks import parameter_count
from mmm.spec.model import ModelSpec, parse_spec
from tests.mmm.fakes import START, table
from tests.mmm.structures_of import ADSTOCKS, CURVES

CHANNELS = ("tv", "search", "radio", "mail")
WEEKS = 30
REMEMBERING = ("normal", "student_t", "lognormal", "negative_binomial")
type Document = dict[str, Any]


def random_case(seed: int) -> Design:
    """The case of that seed: a specification with data and scales."""
    rng = np.random.default_rng([seed, 20])
    spec = parse_spec(_document(rng))
    return design_of(spec, build_panel(_frame(spec, rng), spec))


def _document(rng: np.random.Generator) -> Document:
    kpi, link = _kpi(rng)
    likelihood, units = kpi["likelihood"], kpi["kind"] == "units"
    logs = link == "log" or likelihood in ("lognormal", "negative_binomial")
    parts, products = int(rng.choice([1, 1, 3])), bool(rng.random() < 0.2)
    channels = [_channel(name, rng, geos=parts, money=units) for name in _some(CHANNELS, rng, 1)]
    names = [channel["name"] for channel in channels]
    found: Document = {"kpi": kpi, "date": "week", "channels": channels, **_world(rng, names)}
    if link:
        found["link"] = link
    if rng.random() < 0.6:
        baseline = not logs and rng.random() < 0.4
        found["price"] = {"column": "price", "acts_on": "baseline" if baseline else "all"}
    found |= {"geo": "region"} if parts > 1 else {}
    found |= {"product": "product"} if products else {}
    if parts > 1 and rng.random() < 0.7:
        found["population"] = "people"
    found["noise"] = {
        "kind": "ar1" if likelihood in REMEMBERING and rng.random() < 0.3 else "iid",
        "scale": "geo" if (parts > 1 or products) and rng.random() < 0.4 else "common",
    }
    return found | _mediation(rng, names, found)


def _kpi(rng: np.random.Generator) -> tuple[Document, str | None]:
    kinds = ("normal", "normal", "student_t", "lognormal", "negative_binomial")
    likelihood = str(rng.choice(kinds))
    if likelihood == "negative_binomial":
        kpi = {"column": "orders", "kind": "units", "value_per_unit": 7.0}
        return {**kpi, "likelihood": likelihood}, None
    free = likelihood in ("normal", "student_t") and rng.random() < 0.3
    kind: Document = {"kind": "revenue"}
    if rng.random() < 0.5:
        kind = {"kind": "units", "value_per_unit": 7.0}
    return {"column": "sales", "likelihood": likelihood, **kind}, "log" if free else None


def _channel(name: str, rng: np.random.Generator, *, geos: int, money: bool) -> Document:
    kind, max_lag = str(rng.choice(ADSTOCKS)), int(rng.integers(0, 5))
    before = str(rng.choice(["zero", "mean"]))
    adstock = {"kind": kind, "max_lag": max_lag, "before": before}
    saturation = {"kind": str(rng.choice(CURVES))}
    found: Document = {"name": name, "column": f"{name}_spend", "adstock": adstock}
    (aside,) = rng.spawn(1)
    if aside.random() < 0.3:
        adstock["kind"] = "gamma" if kind == "weibull" else kind
        saturation["order"] = "saturation_first"
    elif aside.random() < 0.25:
        found |= {"effect": "any"}
    found["saturation"] = saturation
    if name == "mail" and geos > 1 and rng.random() < 0.7:
        found |= {"column": "mail_national", "national": True}
    if name == "search" and rng.random() < 0.5:
        found["exposure"] = "search_clicks"
    if name == "radio" and rng.random() < 0.6:
        found["exposure"] = "radio_reach"
        found |= {"frequency": "radio_frequency"} if rng.random() < 0.7 else {}
    prior: Document = {}
    stated = str(rng.choice(["", "", "roi", "marginal_roi", "share", "elasticity"]))
    if stated:
        prior[stated] = {"median": 0.1, "p95": 0.5}
    if kind != "none" and rng.random() < 0.3:
        prior["half_life"] = {"median": 1.5, "p95": 5.0}
    return found | ({"prior": prior} if prior else {})


def _world(rng: np.random.Generator, names: list[str]) -> Document:
    """What surrounds the media."""
    found: Document = {"seasonality": {"yearly": int(rng.integers(0, 3))}}
    found["trend"] = {
        "kind": str(rng.choice(["linear", "piecewise", "smooth", "random_walk", "none"]))
    }
    if rng.random() < 0.1:
        (aside,) = rng.spawn(1)
        window = {side: int(aside.integers(0, 3)) for side in ("weeks_before", "weeks_after")}
        found["holidays"] = {"country": "DE", **window}
    sides = [{"price": "rival_price"}, {"spend": "rival_spend"}]
    if rng.random() < 0.6:
        rivals = [sides[0] | sides[1]] if rng.random() < 0.5 else _some(sides, rng, 1)
        found["competitors"] = [{"name": f"rival{i}", **side} for i, side in enumerate(rivals)]
        if rng.random() < 0.5:
            found["competitors"][-1]["saturation"] = {"kind": str(rng.choice(CURVES))}
    demand = drawn = str(rng.choice(["", "series", "latent", "none"]))
    if demand == "latent":
        (aside,) = rng.spawn(1)
        demand = str(aside.choice(["latent", "sensor"]))
    found["controls"] = _some(["weather", "shelf"], rng)
    if demand:
        found["demand"] = {"kind": demand}
        found["demand"] |= {"column": "demand"} if demand in ("series", "sensor") else {}
        found["demand"] |= {"drives": _some(names, rng, 1)} if drawn == "latent" else {}
    carried = {"kind": str(rng.choice(ADSTOCKS)), "max_lag": 2}
    promo = {"name": "promo", "column": "promo", "adstock": carried}
    strike = {"name": "strike", "weeks": [START.isoformat()]}
    found["events"] = _some([promo, strike], rng)
    if len(names) > 1:
        pairs = [[names[0], names[1]], [names[-1], names[0]]][: len(names) - 1]
        found["interactions"] = _some(pairs, rng)
    if rng.random() < 0.4:
        cut = int(rng.integers(1, len(names) + 1))
        groups = [{"channels": names[:cut], "lengthscale": float(rng.choice([8.0, 52.0]))}]
        groups += [{"channels": names[cut:]}] if cut < len(names) else []
        found["time_varying"] = groups
    return found


def _mediation(rng: np.random.Generator, names: list[str], spec: Document) -> Document:
    """Up to two mediators, one seen seldom, and the edges that the user added or removed."""
    count = int(rng.choice([0, 0, 1, 2]))
    others = [*spec["controls"], *(["price"] if "price" in spec else [])]
    found: list[Document] = []
    add: list[Document] = []
    remove: list[Document] = []
    for name in ("awareness", "queries")[:count]:
        parents = [*_some(names, rng, 1), *_some(others, rng)]
        curve: Document = {"saturation": {"kind": str(rng.choice(CURVES))}}
        curve["adstock"] = {"kind": str(rng.choice(ADSTOCKS)), "max_lag": int(rng.integers(0, 4))}
        found.append({"name": name, "column": name, "parents": parents, **curve})
        if rng.random() < 0.3:
            add.append({"from": name, "to": "kpi", "lag": int(rng.integers(1, 4))})
        elif rng.random() < 0.2:
            remove.append({"from": name, "to": "kpi"})
    if count == 2 and rng.random() < 0.7:
        add.append({"from": "awareness", "to": "queries", "lag": int(rng.integers(0, 3))})
    if count and rng.random() < 0.4:
        remove.append({"from": str(rng.choice(names)), "to": "kpi"})
    if spec["controls"] and rng.random() < 0.2:
        remove.append({"from": spec["controls"][0], "to": "kpi"})
    return {"mediators": found, "edges": {"add": add, "remove": remove}}


def _some[T](items: "list[T] | tuple[T, ...]", rng: np.random.Generator, least: int = 0) -> list[T]:
    """At least so many of ``items``, in a random order."""
    size = int(rng.integers(least, len(items) + 1))
    return [items[i] for i in rng.permutation(len(items))[:size]]


def _frame(spec: ModelSpec, rng: np.random.Generator) -> pd.DataFrame:
    weeks = max(WEEKS, parameter_count(spec))
    geos, products = 3 if spec.geo else 1, 2 if spec.product else 1
    seed = int(rng.integers(1000))
    frames = [table(weeks, geos, seed + i).assign(product=f"p{i}") for i in range(products)]
    frame = pd.concat(frames, ignore_index=True)
    n = len(frame)
    frame["weather"], frame["shelf"] = rng.standard_normal((2, n))
    frame["promo"] = np.tile(np.arange(weeks) % 7 == 3, n // weeks) * rng.uniform(0.5, 1.0, n)
    frame["mail_national"] = np.tile(frame["mail_spend"][:weeks], n // weeks)
    if rng.random() < 0.5:
        frame.loc[frame.index % 3 != 1, "awareness"] = np.nan
    return frame
