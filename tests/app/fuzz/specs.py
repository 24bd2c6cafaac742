"""Specifications that use every field between them; ``tests.mmm.fakes`` has their columns."""

from typing import Any

from tests.mmm.fakes import RICH

WIDE: dict[str, Any] = {
    "kpi": {"column": "sales", "kind": "units"},
    "date": "week",
    "geo": "region",
    "population": "people",
    "channels": [
        {"name": "tv", "column": "tv_spend", "adstock": {"kind": "weibull", "max_lag": 4}},
        {"name": "search", "column": "search_spend", "exposure": "search_clicks"},
        {"name": "radio", "column": "radio_spend", "exposure": "radio_reach",
         "frequency": "radio_frequency", "adstock": {"max_lag": 2}},
    ],
    "price": {"column": "price", "unit_cost": 4.0},
    "competitors": [{"name": "rival", "price": "rival_price", "spend": "rival_spend"}],
    "mediators": [{"name": "queries", "column": "queries", "parents": ["tv", "demand"]}],
    "demand": {"kind": "series", "column": "demand"},
    "events": [
        {"name": "promo", "column": "promo", "adstock": {"kind": "geometric", "max_lag": 2}},
        {"name": "launch", "weeks": ["2022-05-02", "2022-05-09"]},
    ],
    "holidays": {"country": "DE"},
    "trend": {"kind": "piecewise", "changepoints": 2},
}  # fmt: skip
"""A panel of two geos with a price, a mediator, a rival and events."""

LOGGED: dict[str, Any] = {
    "kpi": {"column": "sales", "likelihood": "lognormal"},
    "date": "week",
    "channels": [
        {"name": "tv", "column": "tv_spend", "prior": {"half_life": {"median": 2.0, "p95": 5.0}}},
        {"name": "search", "column": "search_spend", "prior": {"roi": {"median": 1.0, "p95": 4.0}}},
        "mail_spend",
    ],
    "controls": ["orders", {"name": "warmth", "column": "price"}],
    "demand": {"kind": "latent", "drives": ["tv", "search"]},
    "interactions": [["tv", "search"]],
    "time_varying": [{"channels": ["tv"], "lengthscale": 52.0}],
    "edges": {"add": [{"from": "rumour", "to": "tv"}], "remove": [], "unobserved": ["rumour"]},
    "trend": {"kind": "smooth", "lengthscale": 26.0},
    "seasonality": {"yearly": 2},
    "noise": {"kind": "iid"},
    "link": "log",
}
"""A national model on the log scale with latent demand."""

TESTED: dict[str, Any] = {
    **RICH,
    "noise": {"kind": "ar1"},
    "lift_tests": [
        {"name": "spring", "channel": "tv", "start": "2022-03-14", "end": "2022-04-04",
         "control": {"scale": 0.0}, "cooldown": 2, "result": {"lift": 200.0, "se": 50.0}},
        {"channel": "search", "start": "2022-05-02", "end": "2022-05-16",
         "control": {"scale": 0.5}, "transport_sd": 0.2,
         "result": {"roas": 1.5, "low": 0.5, "high": 2.5, "level": 0.9, "value_per_unit": 7.0}},
        {"channel": "mail", "control": {"weekly": 10.0}, "treatment": {"weekly": [20.0]},
         "result": {"percent": 2.0, "control_total": 1000.0, "se": 1.0}},
    ],
}  # fmt: skip
