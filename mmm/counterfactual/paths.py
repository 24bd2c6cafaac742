"""Causal paths from a variable to the KPI, and the effect along one of them.

A path is direct, or leads through mediators in the order of the graph. Its effect is the effect in
the world where the change acts along this path only and everything else stays as in the baseline
(path-specific effect, Pearl 2001, Direct and indirect effects):

    direct      all terms of the KPI under the intervention, mediators at their baseline values
    mediated    the first mediator changes by the variable's own term, each next one by its
                coefficient times the change of the one before, the KPI by the last one's effect

With the identity link and unchanged prices the paths add up to the total effect; a price factor
that changes, or the log link, leaves a remainder.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mmm.counterfactual.variables import MEDIATOR, VariableRef
from mmm.data.inputs import Inputs
from mmm.equations.mean import Terms
from mmm.equations.mediators import lagged
from mmm.priors.coefficients import acting_mediators
from mmm.spec.edges import KPI
from mmm.spec.structure import Structure
from mmm.types import Array, Parameters

PARENT_KINDS = {"price": "price", "controls": "control"}


@dataclass(frozen=True)
class PathEntry:
    """How a variable moves the first mediator of a path.

    By a medium's curve (``medium``), by a linear term (``parent``), or as that mediator itself.

    ``position`` counts among media, among ``Structure.parents``, or among mediators.
    """

    kind: Literal["medium", "parent", "itself"]
    position: int


@dataclass(frozen=True)
class CausalPath:
    """A causal path to the KPI by the names on it.

    ``entry``: how it starts, None for the direct path. ``links``: positions in
    ``Structure.parents`` of the terms from one mediator to the next.
    """

    names: tuple[str, ...]
    entry: PathEntry | None = None
    links: tuple[int, ...] = ()


@dataclass(frozen=True)
class EvaluatedWorld:
    """One of the two compared worlds: its scaled inputs and its terms."""

    inputs: Inputs
    terms: Terms


def causal_paths(s: Structure, variable: VariableRef) -> Iterator[CausalPath]:
    """Every path from the variable to the KPI, the direct one first."""
    if _has_direct_path(s, variable):
        yield CausalPath((variable.name, KPI))
    for entry, mediator in _path_entries(s, variable):
        start = () if entry.kind == "itself" else (variable.name,)
        yield from _extensions(s, CausalPath((*start, s.mediators[mediator]), entry), mediator)


def terms_along_path(
    path: CausalPath, p: Parameters, s: Structure, before: EvaluatedWorld, after: EvaluatedWorld
) -> Terms:
    """The terms of ``before`` where the change to ``after`` acts along one path only."""
    if path.entry is None:
        return replace(after.terms, states=before.terms.states, mediated=before.terms.mediated)
    change = _entry_change(path.entry, p, s, before, after)
    mediator = _first_mediator(path.entry, s)
    for k in path.links:
        change = p["mediator_parent"][..., k, None, None] * lagged(change, s.parents[k].lag, np)
        mediator = s.parents[k].mediator
    effect = p["mediator_effect"][..., acting_mediators(s).index(mediator), None, None]
    on_kpi = effect * lagged(change, s.mediator_lag[mediator] or 0, np)
    return replace(before.terms, mediated=before.terms.mediated + on_kpi)


def _has_direct_path(s: Structure, variable: VariableRef) -> bool:
    if variable.array == MEDIATOR:
        return False
    if variable.array == "controls":
        return variable.position in s.acting_controls
    if variable.array == "spend":
        position = variable.position or 0
        return s.media[position].acts or any(position in pair for pair in s.interactions)
    return True


def _path_entries(s: Structure, variable: VariableRef) -> Iterator[tuple[PathEntry, int]]:
    """Mediators that the variable moves directly, in the order of the graph."""
    if variable.array == MEDIATOR:
        position = variable.position or 0
        yield PathEntry("itself", position), position
    for mediator in s.mediator_order:
        if variable.array == "spend":
            for medium in s.paths_into(mediator):
                if s.media[medium].source == variable.position:
                    yield PathEntry("medium", medium), mediator
        for k, parent in enumerate(s.parents):
            is_parent = (parent.mediator, parent.kind) == (
                mediator,
                PARENT_KINDS.get(variable.array),
            )
            if is_parent and parent.position == (variable.position or 0):
                yield PathEntry("parent", k), mediator


def _extensions(s: Structure, path: CausalPath, mediator: int) -> Iterator[CausalPath]:
    """All paths to the KPI that start with ``path``, which ends at ``mediator``."""
    if s.mediator_lag[mediator] is not None:
        yield replace(path, names=(*path.names, KPI))
    for k, parent in enumerate(s.parents):
        if (parent.kind, parent.position) == ("mediator", mediator):
            names = (*path.names, s.mediators[parent.mediator])
            longer = replace(path, names=names, links=(*path.links, k))
            yield from _extensions(s, longer, parent.mediator)


def _first_mediator(entry: PathEntry, s: Structure) -> int:
    if entry.kind == "medium":
        return s.mediators.index(s.media[entry.position].target)
    return s.parents[entry.position].mediator if entry.kind == "parent" else entry.position


def _entry_change(
    entry: PathEntry, p: Parameters, s: Structure, before: EvaluatedWorld, after: EvaluatedWorld
) -> Array:
    """(draw, week, geo) change of the first mediator by the variable's own term, in its s.d."""
    if entry.kind == "itself":
        return np.asarray((after.terms.states - before.terms.states)[..., entry.position, :, :])
    if entry.kind == "medium":
        change = after.terms.paths - before.terms.paths
        return np.asarray(change[..., entry.position - s.n_direct, :, :])
    parent = s.parents[entry.position]
    if parent.kind == "price":
        change = after.inputs.log_price - before.inputs.log_price
    else:
        change = (after.inputs.control - before.inputs.control)[parent.position]
    coefficient = p["mediator_parent"][..., entry.position, None, None]
    return np.asarray(coefficient * lagged(change, parent.lag, np))
