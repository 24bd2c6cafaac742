"""Requests that succeed, one or more for every call that takes a body: what is mutated starts here.

Paths name their resources in braces; ``World`` has their ids.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.app.fuzz.specs import LOGGED, TESTED, WIDE
from tests.app.running import rows
from tests.mmm.fakes import RICH, table

CSV, PARQUET, JSON = "text/csv", "application/vnd.apache.parquet", "application/json"
HORIZON = {"start": "2023-02-27", "weeks": 3}
WINDOW = {"start": "2022-06-06", "end": "2022-07-04"}
CHANNELS = ("tv", "search", "radio", "mail")
PLAN = dict.fromkeys(CHANNELS, 250.0)

OBJECTIVES: tuple[dict[str, Any], ...] = (
    {"kind": "entropic", "risk_aversion": 1.5},
    {"kind": "semideviation", "risk_aversion": 0.3, "risk_on": "gain_over_current"},
    {"kind": "kl_robust", "radius": 0.2, "on": "profit", "margin": 0.4},
    {"kind": "regret", "tail": 0.2},
    {"kind": "quantile", "level": 0.2, "on": "kpi"},
    {"kind": "mean_variance", "risk_aversion": 1.0, "risk_on": "total"},
    {"kind": "target_probability", "target": 300.0},
    {"kind": "cvar", "tail": 0.3},
)


@dataclass(frozen=True)
class Seed:
    """A request that succeeds; ``status`` is what it is answered with."""

    name: str
    method: str
    path: str
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    status: int = 200


def short_rows(count: int = 30) -> list[dict[str, Any]]:
    """The first rows of the table of ``RICH``, with its columns only."""
    kept = ("week", "sales", "price", "rival_price", "rival_spend", "demand")
    names = (*kept, *(f"{name}_spend" for name in CHANNELS))
    return [{name: row[name] for name in names} for row in rows()[:count]]


def later_rows(count: int = 4) -> list[dict[str, Any]]:
    """Weeks after those of the fitted models."""
    frame = table(60 + count)
    frame = frame.drop(columns=["awareness", "region", "people"])
    found: list[dict[str, Any]] = frame.to_dict("records")[-count:]  # type: ignore[assignment]
    return found


def question_seeds() -> list[Seed]:
    """What-ifs, plans and scenarios."""
    do = [{"variable": "tv", "scale": 0.5}]
    what_if = {"window": WINDOW, "do": do}
    plan = {"horizon": HORIZON, "budget": {"total": 1000.0}, "prove": False, "explore": True}
    limits = {
        **plan,
        "budget": {"max": 1500.0, "min": 200.0, "hurdle": 0.5},
        "objective": {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.2},
        "channels": {
            "tv": {"min": 10.0, "max": 900.0},
            "search": {"max_change": 0.8},
            "mail": {"committed": 5.0, "on_off": {"min_when_on": 20.0}},
        },
        "groups": [{"channels": ["tv", "radio"], "max_share": 0.9, "min": 1.0}],
        "ratios": [{"channels": ["tv", "radio"], "min": 0.1, "max": 50.0}],
        "budgets": [{"name": "carbon", "per_currency": {"tv": 0.2}, "max": 500.0}],
        "discount_rate": 0.05,
    }
    worlds = {
        **plan,
        "assume": [{"variable": "rival.spend", "scale": 1.2}],
        "future": {"price": "hold", "demand": [0.1, 0.2, -0.1]},
        "scenarios": [
            {"name": "calm", "probability": 0.6},
            {"name": "war", "probability": 0.4,
             "assume": [{"variable": "rival.price", "add": -1.0}]},
        ],
        "worse_than_current": {"probability": 0.4},
    }  # fmt: skip
    loss = {"kind": "piecewise_loss", "points": [1000.0], "slopes": [2.0, 1.0]}
    evaluate = {"horizon": HORIZON, "plan": {**PLAN, "tv": [40.0] * 3}, "explore": True}
    paths = {name: f"/v1/models/{{model}}/{name}" for name in ("counterfactual", "allocate")}
    score, save = "/v1/models/{model}/evaluate-plan", "/v1/scenarios"
    reaction = {"variable": "rival.price", "policy": {"follows": "price", "share": 0.6, "lag": 1}}
    wide = "/v1/models/{wide}"
    return [
        Seed("what-if", "POST", paths["counterfactual"], what_if),
        Seed("what-if of a price", "POST", paths["counterfactual"],
             {"window": WINDOW, "kind": "forecast", "seed": 3, "after": "continue",
              "do": [{"variable": "price", "add": -0.5}, reaction,
                     {"variable": "mail", "shift": 1, "start": "2022-06-06"}]}),
        Seed("what-if to come", "POST", paths["counterfactual"],
             {"window": {"start": "2023-02-27", "end": "2023-03-06"}, "kind": "counterfactual",
              "do": [{"variable": "tv", "set": 30.0}],
              "future": {"price": [9.5, 9.6], "rival.spend": "last_year"}}),
        Seed("what-if of a panel", "POST", f"{wide}/counterfactual",
             {"window": WINDOW, "do": [{"variable": "queries", "scale": 1.1},
                                       {"variable": "promo", "set": 1.0}]}),
        Seed("share", "POST", "/v1/scenarios/{scenario}/shares", {"days": 7}, status=201),
        Seed("plan", "POST", paths["allocate"], plan),
        Seed("plan under limits", "POST", paths["allocate"], limits),
        Seed("plan for worlds", "POST", paths["allocate"], worlds),
        Seed("plan by loss", "POST", paths["allocate"],
             {**plan, "objective": loss, "explain": True, "forbid_extrapolation": False}),
        Seed("plan for a target", "POST", paths["allocate"],
             {**plan, "budget": {"max": 3000.0}, "minimise": "spend",
              "conditions": [{"kind": "target", "kpi": 280.0, "probability": 0.5},
                             {"kind": "cvar", "min": -1e6, "tail": 0.2, "risk_on": "gain"}]}),
        Seed("plan by utility", "POST", paths["allocate"],
             {**plan, "objective": {"kind": "utility", "wealth": 20000.0, "risk_aversion": 2.0}}),
        Seed("plan of weeks", "POST", paths["allocate"],
             {**plan, "phasing": {"kind": "optimised"},
              "cells": [{"channel": "tv", "week": "2023-02-27", "max": 100.0}],
              "ramps": [{"channel": "tv", "max_change": 0.5, "max_step": 300.0}]}),
        Seed("plan with a price", "POST", f"{wide}/allocate",
             {**plan, "price": {"grid": [8.0, 9.0]}, "objective": {"kind": "expected"}}),
        Seed("plan to come", "POST", paths["allocate"], plan,
             headers={"Prefer": "respond-async, wait=30"}, status=202),
        Seed("score", "POST", score, {**evaluate, "budget": {"total": 870.0},
             "channels": {"tv": {"max": 100.0}}, "phasing": {"profile": {"mail": [1.0] * 3}},
             "conditions": [{"kind": "roi", "min": 1.0}, {"kind": "not_worse", "probability": 0.5}],
             "budgets": [{"name": "carbon", "per_currency": {"tv": 0.2}, "max": 10.0}]}),
        *(
            Seed(f"score by {objective['kind']}", "POST", score,
                 {"horizon": HORIZON, "explore": True, "plan": PLAN, "objective": objective})
            for objective in OBJECTIVES
        ),
        Seed("odds", "POST", "/v1/models/{model}/plan-odds",
             {**evaluate, "objective": {"kind": "mean_cvar", "risk_aversion": 0.7}}),
        Seed("plan without a choice", "POST", paths["allocate"],
             {**plan, "budget": {"max": 1000.0}, "worse_than_current": {"probability": 0.9},
              "channels": {name: {"fixed": 250.0} for name in CHANNELS}}),
        Seed("frontier", "POST", "/v1/models/{model}/frontier",
             {**plan, "totals": [500.0, 1000.0]}, headers={"Prefer": "wait=30"}, status=202),
        Seed("scenario", "POST", save,
             {"name": "calm", "model_id": "{model}", "allocate": plan}, status=201),
        Seed("saved what-if", "POST", save,
             {"name": "calm", "model_id": "{model}", "counterfactual": what_if}, status=201),
        Seed("saved score", "POST", save,
             {"name": "calm", "model_id": "{model}", "evaluate_plan": evaluate}, status=201),
    ]  # fmt: skip


def weekly_seeds() -> list[Seed]:
    """Projects with their champions, plans and actuals, and refits."""
    project, plan = "/v1/projects/{project}", {"horizon": HORIZON, "explore": True, "plan": PLAN}
    return [
        Seed("project", "POST", "/v1/projects", {"name": "{new}", "description": "a\nb"},
             status=201),
        Seed("change", "PUT", project, {"name": "{new}", "description": "text"}),
        Seed("promotion", "POST", f"{project}/champion", {"model_id": "{model}", "note": "better"},
             status=201),
        Seed("adoption", "POST", f"{project}/plans", {"name": "q1", "evaluate_plan": plan},
             status=201),
        Seed("adoption of a scenario", "POST", f"{project}/plans",
             {"name": "q1", "scenario_id": "{scenario}"}, status=201),
        Seed("actuals", "POST", f"{project}/actuals", {"data": {"rows": later_rows()}}, status=201),
        Seed("refit", "POST", "/v1/models/{model}/refit",
             {"data": {"rows": later_rows()}, "name": "next", "restated": "accept",
              "sampling": {"draws": 50, "tune": 50, "chains": 2}}, status=202),
    ]  # fmt: skip


def model_seeds() -> list[Seed]:
    """Fits that are only checked, simulations, lift tests and keys."""
    check = "/v1/fit?validate_only=true"
    sampling = {"draws": 100, "tune": 100, "chains": 2, "seed": 1, "target_accept": 0.9}
    stored = {"data": {"dataset_id": "{dataset}"}, "sampling": sampling}
    test = TESTED["lift_tests"][0]
    point = {"channel": "tv", "x": 100.0, "delta_x": 50.0, "delta_y": 20.0, "sigma": 5.0}
    effect = {"channel": "tv", "start": "2022-03-14", "end": "2022-04-04", "row": "average",
              "mean": 10.0, "hdi_lower": 1.0, "hdi_upper": 19.0, "level": 0.9,
              "control": {"scale": 0.0}}  # fmt: skip
    lifted = {"channel": "tv", "start": "2022-03-14", "end": "2022-04-04", "ATT": 5.0,
              "lower": 1.0, "upper": 9.0, "incremental": 20.0, "investment": 100.0,
              "level": 0.9}  # fmt: skip
    return [
        Seed("fit of rows", "POST", check, {"data": {"rows": short_rows()}, "model": RICH}),
        Seed("fit", "POST", check, {**stored, "model": RICH, "name": "weekly", "project": "p"}),
        Seed("fit of a panel", "POST", check,
             {**stored, "data": {"dataset_id": "{panel}"}, "model": WIDE}),
        Seed("fit by logs", "POST", check, {**stored, "model": LOGGED}),
        Seed("fit with tests", "POST", check, {**stored, "model": TESTED}),
        Seed("simulation", "POST", "/v1/simulate",
             {"data": {"dataset_id": "{dataset}"}, "model": RICH, "draws": 20, "datasets": 1,
              "seed": 2}, headers={"Prefer": "wait=30"}, status=202),
        Seed("lift tests", "POST", "/v1/lift-tests", {"tests": [test]}, status=201),
        Seed("lift rows", "POST", "/v1/lift-tests",
             {"rows": [point], "format": "pymc-marketing"}, status=201),
        Seed("effect rows", "POST", "/v1/lift-tests",
             {"rows": [effect], "format": "causalpy"}, status=201),
        Seed("geo rows", "POST", "/v1/lift-tests",
             {"rows": [lifted], "format": "geolift"}, status=201),
        Seed("key", "POST", "/v1/keys",
             {"name": "dashboard", "scopes": ["read"], "expires_at": "2080-01-01T00:00:00Z"},
             status=201),
    ]  # fmt: skip


def table_seeds() -> list[Seed]:
    """Tables in the three formats."""
    text = table(20).to_csv(index=False).encode()
    return [
        Seed("csv", "POST", "/v1/datasets?name=weekly", content=text,
             headers={"Content-Type": CSV}, status=201),
        Seed("rows", "POST", "/v1/datasets", {"rows": short_rows(5)}, status=201),
    ]  # fmt: skip


def reading_seeds() -> list[Seed]:
    """Calls without a body."""
    lists = ("datasets", "lift-tests", "operations", "models", "scenarios", "projects", "keys")
    of_model = ("contributions", "curves", "weeks", "graph", "report", "posterior")
    found = [Seed(f"list {name}", "GET", f"/v1/{name}", query={"limit": "2"}) for name in lists]
    found += [Seed(name, "GET", f"/v1/models/{{model}}/{name}") for name in of_model]
    one = {"datasets": "dataset", "lift-tests": "test", "operations": "operation",
           "models": "model", "scenarios": "scenario", "projects": "project"}  # fmt: skip
    found += [Seed(f"one of {kind}", "GET", f"/v1/{kind}/{{{name}}}") for kind, name in one.items()]
    project = "/v1/projects/{project}"
    return [
        *found,
        Seed("by week", "GET", "/v1/models/{model}/contributions", query={"by": "week"},
             headers={"Accept": CSV}),
        Seed("export", "GET", "/v1/scenarios/{scenario}/export", query={"format": "xlsx"}),
        Seed("export as a page", "GET", "/v1/scenarios/{scenario}/export",
             query={"format": "html"}),
        Seed("shares", "GET", "/v1/scenarios/{scenario}/shares"),
        Seed("export of a what-if", "GET", "/v1/scenarios/{what_if}/export"),
        Seed("compare", "GET", "/v1/scenarios/compare", query={"id": "{scenario}"}),
        Seed("plan against actual", "GET", f"{project}/plan-vs-actual", headers={"Accept": CSV}),
        Seed("plans", "GET", f"{project}/plans"),
        Seed("one plan", "GET", f"{project}/plans/{{plan}}"),
        Seed("promotions", "GET", f"{project}/promotions"),
        Seed("posted", "GET", f"{project}/actuals"),
        Seed("audit", "GET", "/v1/audit", query={"limit": "2"}),
        Seed("cancel", "POST", "/v1/operations/{operation}:cancel", status=409),
        Seed("stop", "POST", "/v1/operations/{operation}:stop", status=409),
        *(Seed(path, "GET", path) for path in ("/docs", "/livez", "/readyz", "/version")),
        Seed("document", "GET", "/openapi.json"),
        Seed("events", "GET", "/v1/operations/{operation}/events",
             headers={"Last-Event-ID": "1"}),
    ]  # fmt: skip
