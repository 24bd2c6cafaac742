"""Reaction equations: how budgets and prices follow one another along declared edges.

An edge of ``edges.add`` into a budget, a price or another input has no equation in the model, so
each effect y gets one of its own, on logs (mean over geos) of the weeks in which all are positive:

    log y[t] = date[t] + sum_c slope_c log x_c[t - lag_c] + noise,    noise AR(1) by one
               quasi-difference (Cochrane and Orcutt, 1949)           slope_c ~ Normal(0, 1)

date is a constant, the trend and the season, with flat priors. A slope of one is a budget that is a
share of its cause; an s.d. of one leaves either sign and twice of that. The posterior of the slopes
is normal at the estimated variance of the noise. In a world where causes are x' in place of x,

    y'[t] = y[t] prod_c (x'_c[t - lag_c] / x_c[t - lag_c])^slope_c

at the mean slope, causes taken no further than the range of their positive observed values: to what
no spend leads no logarithm says. All causes that an edge declares enter together. What is itself
intervened on does not react (``do`` cuts its edges); the KPI and mediators are no causes here, for
they differ between draws.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

import numpy as np

from mmm.counterfactual.variables import (
    MEDIATOR,
    VariableRef,
    model_variables,
    read_values,
    with_values,
)
from mmm.data.timeline import Variables
from mmm.posterior.fitted import FittedModel
from mmm.priors.table import Z95
from mmm.spec.environment import Edge
from mmm.types import Array

LEAST_WEEKS = 26
"""Weeks beside the columns of a regression, below which an edge stays without an equation."""

MOST_MEMORY = 0.98


@dataclass(frozen=True)
class Reaction:
    """The equation of ``effect``: its ``causes`` with the lag of each in weeks; the mean and s.d.
    of their slopes (cause,), percent per percent."""

    effect: VariableRef
    causes: tuple[tuple[VariableRef, int], ...]
    mean: Array
    sd: Array


def reactions(model: FittedModel) -> tuple[Reaction, ...]:
    """The reaction equations of the declared edges that the data can carry."""
    s, known = model.structure, model_variables(model)
    inputs = {
        name: variable
        for name, variable in known.items()
        if variable.array != MEDIATOR
        and (variable.array != "controls" or variable.position != s.index)
    }
    by_effect: dict[str, list[Edge]] = {}
    for edge in model.spec.edges.add:
        if edge.effect in inputs and edge.cause in inputs:
            by_effect.setdefault(edge.effect, []).append(edge)
    found = (
        _regression(model, inputs[name], [(inputs[e.cause], e.lag) for e in edges])
        for name, edges in by_effect.items()
    )
    return tuple(each for each in found if each is not None)


def with_reactions(
    model: FittedModel,
    base: Variables,
    scenario: Variables,
    changed: Sequence[VariableRef],
    start: int,
) -> tuple[Variables, tuple[VariableRef, ...], list[str]]:
    """``scenario`` with what follows the ``changed`` variables from week ``start`` on, the
    variables that do, and a sentence on each."""
    equations = [each for each in reactions(model) if each.effect not in changed]
    moving = _moved(equations, changed)
    equations = [each for each in equations if each.effect in moving]
    if not equations:
        return scenario, (), []
    logs = {v.name: _log_change(model, base, scenario, v) for v in changed if v.array != MEDIATOR}
    logs |= {each.effect.name: np.zeros_like(base.price) for each in equations}
    ordered = _in_order(equations)
    for week in range(start, len(base.weeks)):
        for each in ordered:
            for (cause, lag), slope in zip(each.causes, each.mean, strict=True):
                if week - lag >= start and cause.name in logs:
                    logs[each.effect.name][week] += slope * logs[cause.name][week - lag]
    world = scenario
    for each in ordered:
        values = read_values(base, each.effect) * np.exp(logs[each.effect.name])
        world = with_values(world, each.effect, values)
    return world, tuple(each.effect for each in ordered), [_sentence(each) for each in ordered]


def _moved(equations: Sequence[Reaction], changed: Sequence[VariableRef]) -> set[VariableRef]:
    """The effects that follow a changed variable, at once or through others."""
    moving, grown = set(changed), True
    while grown:
        more = {e.effect for e in equations if any(cause in moving for cause, _ in e.causes)}
        grown = not more <= moving
        moving |= more
    return moving - set(changed)


def _in_order(equations: Sequence[Reaction]) -> list[Reaction]:
    """Causes of the same week before effects; no specification has a cycle within a week."""
    by_name = {each.effect.name: each for each in equations}
    order = {
        each.effect.name: [cause.name for cause, lag in each.causes if not lag]
        for each in equations
    }
    return [by_name[name] for name in TopologicalSorter(order).static_order() if name in by_name]


def _log_change(
    model: FittedModel, base: Variables, scenario: Variables, variable: VariableRef
) -> Array:
    """(week, geo) log of how a variable changes, within the range of what was observed of it."""
    observed = read_values(model.design.observed, variable)
    positive = observed[observed > 0.0]
    if not positive.size:
        return np.zeros_like(base.price)
    low, high = positive.min(), positive.max()
    before, after = read_values(base, variable), read_values(scenario, variable)
    moved = np.log(np.clip(after, low, high)) - np.log(np.clip(before, low, high))
    return np.asarray(np.where(before == after, 0.0, moved))


def _regression(
    model: FittedModel, effect: VariableRef, causes: Sequence[tuple[VariableRef, int]]
) -> Reaction | None:
    """The posterior of one equation; None where too few weeks are positive."""
    world, basis = model.design.observed, model.design.basis
    weeks, longest = len(world.weeks), max(lag for _, lag in causes)
    target = _log_series(world, effect)[longest:]
    moved = [_log_series(world, cause)[longest - lag : weeks - lag] for cause, lag in causes]
    date = np.vstack([np.ones(weeks), basis["trend"], basis["season"]])[:, longest:]
    rows = np.column_stack([*moved, *date, target])
    whole = np.isfinite(rows).all(1)
    pairs = np.flatnonzero(whole[1:] & whole[:-1]) + 1
    if len(pairs) < LEAST_WEEKS + rows.shape[1] or not all(
        np.ptp(column[whole]) > 0.0 for column in moved
    ):
        return None
    left = _residual(rows[whole])
    full = np.full(len(rows), np.nan)
    full[whole] = left
    ahead, back = full[pairs], full[pairs - 1]
    memory = float(np.clip(ahead @ back / max(back @ back, 1e-300), 0.0, MOST_MEMORY))
    fresh = rows[pairs] - memory * rows[pairs - 1]
    noise = _residual(fresh)
    variance = max(float(noise @ noise) / (len(fresh) - fresh.shape[1] + 1), 1e-12)
    precision = np.zeros((rows.shape[1] - 1,) * 2)
    precision[: len(causes), : len(causes)] = np.eye(len(causes))
    x, y = fresh[:, :-1], fresh[:, -1]
    covariance = np.linalg.pinv(x.T @ x / variance + precision)
    mean = covariance @ (x.T @ y) / variance
    sd = np.sqrt(np.diag(covariance))
    return Reaction(effect, tuple(causes), mean[: len(causes)], sd[: len(causes)])


def _residual(rows: Array) -> Array:
    """The last column less its least-squares fit on the others."""
    fit, *_ = np.linalg.lstsq(rows[:, :-1], rows[:, -1], rcond=None)
    return np.asarray(rows[:, -1] - rows[:, :-1] @ fit)


def _log_series(world: Variables, variable: VariableRef) -> Array:
    """(week,) mean over geos of the log; NaN in weeks without a positive value everywhere."""
    values = read_values(world, variable)
    logs = np.log(np.where(values > 0.0, values, 1.0))
    return np.asarray(np.where((values > 0.0).all(1), logs.mean(1), np.nan))


def _sentence(reaction: Reaction) -> str:
    parts = ", ".join(_parts(reaction))
    return (
        f"{reaction.effect.name} follows what is declared to move it, by a reaction equation "
        f"({parts}); the interval of this answer does not count how uncertain that is"
    )


def _parts(reaction: Reaction) -> Iterator[str]:
    for (cause, lag), mean, sd in zip(reaction.causes, reaction.mean, reaction.sd, strict=True):
        low, high = mean - Z95 * sd, mean + Z95 * sd
        later = f" {lag} weeks later" if lag else ""
        yield f"{mean:+.2f} % per percent of {cause.name}{later}, {low:+.2f} to {high:+.2f}"
