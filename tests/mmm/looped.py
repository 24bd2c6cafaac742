"""A mediated model small enough to be evaluated by plain loops, edge by edge."""

import numpy as np

from tests.mmm.fakes import RICH

LOOPED = {
    **RICH,
    "channels": [
        {"name": "tv", "column": "tv_spend", "adstock": {"max_lag": 2}},
        {"name": "mail", "column": "mail_spend", "adstock": {"kind": "none"}},
    ],
    "competitors": [],
    "mediators": [
        {"name": "awareness", "column": "awareness", "parents": ["tv", "demand"],
         "adstock": {"kind": "none"}},
        {"name": "queries", "column": "queries", "parents": ["tv", "price"],
         "adstock": {"kind": "none"}},
    ],
    "edges": {
        "add": [
            {"from": "awareness", "to": "queries", "lag": 2},
            {"from": "awareness", "to": "kpi", "lag": 1},
        ],
        "remove": [{"from": "mail", "to": "kpi"}],
    },
    "seasonality": {"yearly": 0},
    "trend": {"kind": "none"},
}  # fmt: skip
EDGES = (
    ("tv", "awareness"),
    ("demand", "awareness"),
    ("tv", "queries"),
    ("price", "queries"),
    ("awareness", "queries"),
    ("tv", "kpi"),
    ("price", "kpi"),
    ("demand", "kpi"),
    ("awareness", "kpi"),
    ("queries", "kpi"),
)
type World = dict[str, np.ndarray]


class Loops:
    """One draw of ``LOOPED``, national: every node a loop over weeks.

    A node's parents are read from the changed world along the edges named, else from the baseline:
    the path-specific effect by its definition.
    """

    def __init__(self, model, draw: int) -> None:
        self.p = {name: values[draw] for name, values in model.posterior.draws.items()}
        self.scales, self.s, self.weeks = model.scales, model.structure, len(model.panel.weeks)
        self.unseen = ~np.isfinite(model.panel.array("mediators")[:, 0, 0])
        self.seen = {
            name: model.panel.array("mediators")[:, 0, i].copy()
            for i, name in enumerate(("awareness", "queries"))
        }
        center, spread = self.scales.mediator_mean[0, 0], self.scales.mediator_sd[0, 0]
        self.seen["awareness"][self.unseen] = center + spread * self.p["unseen_awareness"]
        self.fact = {
            "tv": model.panel.array("spend")[:, 0, 0],
            "price": model.panel.array("price")[:, 0],
            "demand": model.panel.array("controls")[:, 0, 0],
        }
        zero = dict.fromkeys(self.seen, np.zeros(self.weeks))
        self.innovation = zero
        known = {**self.fact, **self.seen}
        self.innovation = {name: self.seen[name] - self.mediator(name, known) for name in self.seen}

    def kpi(self, changed: World, edges=EDGES) -> np.ndarray:
        """(week,) mean when ``changed`` acts along ``edges`` only, the rest as in the data.

        The key ``set queries`` holds that mediator at a path of its own.
        """
        base = self.world(self.fact, {}, EDGES)
        moved = self.world({**self.fact, **changed}, base, edges)
        return self.sales({n: (moved if (n, "kpi") in edges else base)[n] for n in NODES})

    def world(self, roots: World, base: World, edges) -> World:
        found = {name: roots[name] for name in ("tv", "price", "demand")}
        for name in ("awareness", "queries"):
            parents = {n: found[n] if (n, name) in edges else base.get(n, found[n]) for n in found}
            found[name] = self.mediator(name, parents) + self.innovation[name]
            if f"set {name}" in roots:
                found[name] = roots[f"set {name}"]
        return found

    def mediator(self, name: str, of: World) -> np.ndarray:
        at = self.s.mediators.index(name)
        center, spread = self.scales.mediator_mean[0, at], self.scales.mediator_sd[0, at]
        medium = next(i for i in self.s.paths if self.s.media[i].target == name)
        rate = self.curve("saturation_rate", medium)
        out = np.zeros(self.weeks)
        for t in range(self.weeks):
            x = np.exp(-rate * of["tv"][t] / self.scales.exposure[0, 0])
            state = self.p["mediator_level"][at]
            state += self.p["path"][medium - self.s.n_direct] * (1.0 - x) / (1.0 + x)
            if name == "awareness":
                state += self.parent("control", at) * self.demand(of, t)
            else:
                state += self.parent("price", at) * np.log(of["price"][t] / self.scales.price_ref)
                if t >= 2:
                    mean, sd = self.scales.mediator_mean[0, 0], self.scales.mediator_sd[0, 0]
                    before = (of["awareness"][t - 2] - mean) / sd
                    state += self.parent("mediator", at) * before
            out[t] = center + spread * state
        return out

    def sales(self, of: World) -> np.ndarray:
        p, out = self.p, np.zeros(self.weeks)
        weights = p["adstock_alpha"][self.s.parameter_media["adstock_alpha"].index(0)] ** np.arange(
            3
        )
        half, slope = (self.curve(f"saturation_{n}", 0) for n in ("half", "slope"))
        for t in range(self.weeks):
            x = sum(
                weights[lag] / weights.sum() * of["tv"][t - lag] / self.scales.exposure[0, 0]
                for lag in range(min(3, t + 1))
            )
            inner = p["level"][0] + p["beta"][0, 0] * x**slope / (half**slope + x**slope)
            for i, (name, lag) in enumerate((("awareness", 1), ("queries", 0))):
                if t >= lag:
                    mean, sd = self.scales.mediator_mean[0, i], self.scales.mediator_sd[0, i]
                    inner += p["mediator_effect"][i] * (of[name][t - lag] - mean) / sd
            factor = (of["price"][t] / self.scales.price_ref) ** p["elasticity"]
            out[t] = factor * inner + p["control_effect"][0] * self.demand(of, t)
        return np.asarray(out * self.scales.kpi_unit[0])

    def demand(self, of: World, t: int) -> float:
        return float((of["demand"][t] - self.scales.control_mean[0]) / self.scales.control_sd[0])

    def parent(self, kind: str, mediator: int) -> float:
        found = [(item.mediator, item.kind) for item in self.s.parents].index((mediator, kind))
        return float(self.p["mediator_parent"][found])

    def curve(self, name: str, medium: int) -> float:
        return float(self.p[name][self.s.parameter_media[name].index(medium)])


NODES = ("tv", "price", "demand", "awareness", "queries")
