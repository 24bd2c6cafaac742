"""Effects as linear regressions around the posterior mean, for the analysis of their sensitivity.

With the identity link, in shares of the mean KPI, per week and geo:

    regressor   posterior mean of KPI(observed) - KPI(lever at rest)      at rest: no spend, or the
                media at the reference prices, so that all terms add up   price at its reference
    held        the same of other channels and of rival spend;
                geos, trend, season, holidays; logs of prices; controls,
                events; latent demand; for a direct effect the mediators
    residual    observed - posterior mean

With the log link the same in logs. All series are transformed alike so that errors are independent:
a common weekly shock is removed by quasi-demeaning (random effects: Wooldridge, 2010, Econometric
analysis of cross section and panel data, 10.4), AR(1) noise by quasi-differences.
"""

from dataclasses import dataclass, replace

import numpy as np

from mmm.causal.sensitivity import LEVEL, EffectRegression
from mmm.data.timeline import Variables, date_basis
from mmm.posterior.evaluate import evaluate, mean_by_geo
from mmm.posterior.fitted import FittedModel
from mmm.types import Array

MAX_DRAWS = 200


@dataclass(frozen=True)
class EffectRegressions:
    """The regressions of all levers on the same data; a cell is a week of a geo.

    ``own (draw, cell)``: effect by lever. ``held (column, cell)``: blocks of columns by name, also
    those of the levers. ``moves (cell,)``: by lever, its effect; the log of the price, whose
    effect varies with all else. ``rest (week,)``: by lever, the fitted mean without it over all
    geos, in KPI units. ``kpi``, ``residual (cell,)``: observed, and less the fitted mean.
    """

    own: dict[str, Array]
    moves: dict[str, Array]
    rest: dict[str, Array]
    held: dict[str, Array]
    kpi: Array
    residual: Array

    def of(self, lever: str) -> EffectRegression:
        """The regression of the effect of ``lever``, everything else held."""
        draws = self.own[lever]
        regressor = draws.mean(0)
        held = {name: block for name, block in self.held.items() if name != lever}
        size = float(regressor @ regressor)
        strength = draws @ regressor / size if size > 0.0 else np.zeros(len(draws))
        moves = self.moves[lever]
        return EffectRegression(regressor, moves, self.kpi, self.residual, held, strength)


def effect_regressions(model: FittedModel, *, direct: bool = False) -> EffectRegressions:
    """Regressions of every channel and the price.

    With ``direct``, of the direct effects: mediators are held at their observed values.
    """
    model = model.thinned(MAX_DRAWS)
    world = model.design.observed
    fitted = mean_by_geo(model, world)
    kpi, residual = _kpi_and_residual(model, fitted.mean(0))
    whitener = _Whitener(model, residual)
    fixed = _with_mediators_fixed(model, world) if direct else world
    base = mean_by_geo(model, fixed) if direct else fitted
    at_rest = {name: mean_by_geo(model, world) for name, world in _worlds_at_rest(model, fixed)}
    effects = {name: _difference(model, base, mean) for name, mean in at_rest.items()}
    factor = _price_factor(model)
    effects |= {name: effects[name] / factor for name in effects.keys() - {"price"}}
    own = {name: whitener.cells(draws) for name, draws in effects.items()}
    rivals = {f"{name}.spend" for name in model.structure.spending_rivals}
    held = {name: draws.mean(0)[None] for name, draws in own.items()}
    moves = {name: block[0] for name, block in held.items()}
    if "price" in moves:
        moves["price"] = whitener.cells(np.log(world.price))
    held |= {
        name: whitener.cells(block) for name, block in _held_series(model, world, direct).items()
    }
    return EffectRegressions(
        own={name: draws for name, draws in own.items() if name not in rivals},
        moves=moves,
        rest={name: mean.mean(0).sum(-1) for name, mean in at_rest.items()},
        held=held,
        kpi=whitener.cells(kpi),
        residual=_independent(model, residual, whitener),
    )


def _independent(model: FittedModel, residual: Array, whitener: "_Whitener") -> Array:
    """(cell,) the residual without its memory: that of a sum is not in it, that of counts is."""
    if model.structure.counts_remember:
        return whitener.cells(residual + model.posterior.draws["noise_state"].mean(0))
    return residual[1:].ravel() if model.structure.ar else residual.ravel()


def _kpi_and_residual(model: FittedModel, mean: Array) -> tuple[Array, Array]:
    """(week, geo) KPI and residual, both in the units of the regressors."""
    kpi = model.panel.array("kpi")
    if model.structure.log_link:
        residual = kpi / mean - 1.0
        return np.log(mean) + residual, residual
    return kpi / model.scales.kpi_unit, (kpi - mean) / model.scales.kpi_unit


def _difference(model: FittedModel, before: Array, after: Array) -> Array:
    """(draw, week, geo) difference of two worlds' means; of their logs with the log link."""
    if model.structure.log_link:
        return np.asarray(np.log(before / after))
    return np.asarray((before - after) / model.scales.kpi_unit)


def _price_factor(model: FittedModel) -> Array:
    """(week, geo) posterior mean of the factor by which prices multiply media; one where they do
    not."""
    if model.structure.log_link or not model.structure.price_acts_on_all:
        return np.ones_like(model.panel.array("kpi"))
    world = model.design.observed
    return evaluate(model, world, lambda each: each.terms.price_factor).mean(0)


def _worlds_at_rest(model: FittedModel, world: Variables) -> list[tuple[str, Variables]]:
    """Worlds in which one channel or rival spends nothing, or the price is at its reference."""
    s, worlds = model.structure, []
    for i, name in enumerate(s.channels):
        worlds.append((name, replace(world, spend=_zeroed(world.spend, i))))
    for i, name in enumerate(s.spending_rivals):
        at_rest = replace(world, rival_spend=_zeroed(world.rival_spend, i))
        worlds.append((f"{name}.spend", at_rest))
    if s.has_price:
        reference = np.full_like(world.price, model.scales.price_ref)
        worlds.append(("price", replace(world, price=reference)))
    return worlds


def _zeroed(values: Array, position: int) -> Array:
    changed = values.copy()
    changed[..., position] = 0.0
    return changed


def _with_mediators_fixed(model: FittedModel, world: Variables) -> Variables:
    """``world`` with every mediator held at its observed values."""
    return replace(
        world,
        mediator_factor=np.zeros_like(world.mediator_factor),
        mediator_shift=_observed_mediators(model),
    )


def _observed_mediators(model: FittedModel) -> Array:
    """(week, geo, mediator) observed values; the mean in unobserved weeks."""
    values = model.panel.array("mediators")
    return np.where(np.isnan(values), model.scales.mediator_mean, values)


def _held_series(model: FittedModel, world: Variables, direct: bool) -> dict[str, Array]:
    """(column, week, geo) blocks of the held series other than media, by name."""
    s, geos = model.structure, len(model.panel.geos)
    ones = np.ones((len(world.weeks), geos))
    basis = date_basis(world.weeks, model.scales, model.spec)
    trend = np.concatenate(
        [np.atleast_2d(basis[k]) for k in ("trend", "changepoint", "smooth", "walk")]
    )
    blocks = {
        LEVEL: np.eye(geos)[:, None, :] * ones,
        "trend": trend[..., None] * ones if s.trend != "none" else ones[None][:0],
        "season": basis["season"][..., None] * ones,
        "holidays": basis["holiday"][..., None] * ones,
    }
    named = {name: world.controls[..., i] for i, name in enumerate(s.controls) if i != s.index}
    named |= {name: world.events[..., i] for i, name in enumerate(s.events)}
    rivals = enumerate(s.priced_rivals)
    named |= {f"{name}.price": np.log(world.rival_price[..., i]) for i, name in rivals}
    if direct:
        named |= {name: _observed_mediators(model)[..., i] for i, name in enumerate(s.mediators)}
    if "demand" in model.posterior.draws:
        label = "latent demand" if s.index is None else s.controls[s.index]
        named[label] = model.posterior.draws["demand"].mean(0)[:, None] * ones
    blocks |= {name: values[None] for name, values in named.items()}
    return {name: block for name, block in blocks.items() if block.size}


class _Whitener:
    """Transforms every series alike so that the errors are independent.

    ``common``: the share of the mean over geos that is removed in each week.
    """

    def __init__(self, model: FittedModel, residual: Array) -> None:
        p, geos = model.posterior.draws, len(model.panel.geos)
        self.memory = float(p["noise_rho"].mean()) if model.structure.ar else 0.0
        shock = float(np.var(p["shock"].mean(0))) if "shock" in p else 0.0
        own = float(np.mean(residual**2))
        self.common = 1.0 - np.sqrt(own / (own + geos * shock)) if shock > 0.0 else 0.0

    def cells(self, values: Array) -> Array:
        """(..., cell) of ``values (..., week, geo)``; AR(1) noise costs the first week."""
        if self.memory:
            values = values[..., 1:, :] - self.memory * values[..., :-1, :]
        values = values - self.common * values.mean(-1, keepdims=True)
        return np.asarray(values.reshape(*values.shape[:-2], -1))
