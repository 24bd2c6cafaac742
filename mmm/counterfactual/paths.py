"""Paths from a variable to the kpi, and what runs along one of them alone.

A path is direct, or leads through mediators in the order of the graph. Its effect is that of the
world in which the change travels along this path only and everything else stays as in the baseline
(path-specific effect, Pearl 2001, Direct and indirect effects):

    direct      all terms of the kpi under the do, mediators at their baseline values
    mediated    the first mediator moves by what the variable alone adds to it, each next one by its
                coefficient times the move of the one before, the kpi by the last one's effect

With the identity link and unmoved prices these add up to the total; a price factor that moves, or
the log link, leaves a remainder.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mmm.counterfactual.variables import MEDIATOR, Place
from mmm.data.inputs import Inputs
from mmm.equations.mean import Terms
from mmm.equations.mediators import lagged
from mmm.priors.coefficients import acting
from mmm.spec.edges import KPI
from mmm.spec.structure import Structure
from mmm.types import Array, Parameters

PARENT_KINDS = {"price": "price", "controls": "control"}


@dataclass(frozen=True)
class Entry:
    """How a variable moves its first mediator: by a medium's curve, a linear term, or itself.

    ``position`` counts among media, among ``Structure.parents``, or among mediators.
    """

    kind: Literal["medium", "parent", "itself"]
    position: int


@dataclass(frozen=True)
class Path:
    """``entry`` is None for the direct path; ``links`` are positions of the terms that follow."""

    names: tuple[str, ...]
    entry: Entry | None = None
    links: tuple[int, ...] = ()


@dataclass(frozen=True)
class Side:
    """One of two worlds: its scaled inputs and its terms."""

    inputs: Inputs
    terms: Terms


def paths(s: Structure, place: Place) -> Iterator[Path]:
    """Every path from the variable to the kpi, the direct one first."""
    if _direct(s, place):
        yield Path((place.name, KPI))
    for entry, mediator in _entries(s, place):
        start = () if entry.kind == "itself" else (place.name,)
        yield from _onward(s, Path((*start, s.mediators[mediator]), entry), mediator)


def along(path: Path, p: Parameters, s: Structure, before: Side, after: Side) -> Terms:
    """The terms of ``before`` with the change to ``after`` carried along one path."""
    if path.entry is None:
        return replace(after.terms, states=before.terms.states, mediated=before.terms.mediated)
    moved = _first(path.entry, p, s, before, after)
    mediator = _first_mediator(path.entry, s)
    for k in path.links:
        moved = p["mediator_parent"][..., k, None, None] * lagged(moved, s.parents[k].lag, np)
        mediator = s.parents[k].mediator
    effect = p["mediator_effect"][..., acting(s).index(mediator), None, None]
    change = effect * lagged(moved, s.mediator_lag[mediator] or 0, np)
    return replace(before.terms, mediated=before.terms.mediated + change)


def _direct(s: Structure, place: Place) -> bool:
    if place.array == MEDIATOR:
        return False
    if place.array == "controls":
        return place.position in s.acting_controls
    if place.array == "spend":
        position = place.position or 0
        return s.media[position].acts or any(position in pair for pair in s.interactions)
    return True


def _entries(s: Structure, place: Place) -> Iterator[tuple[Entry, int]]:
    """Mediators that the variable moves of its own, in the order of the graph."""
    if place.array == MEDIATOR:
        position = place.position or 0
        yield Entry("itself", position), position
    for mediator in s.mediator_order:
        if place.array == "spend":
            for medium in s.paths_into(mediator):
                if s.media[medium].source == place.position:
                    yield Entry("medium", medium), mediator
        for k, parent in enumerate(s.parents):
            same = (parent.mediator, parent.kind) == (mediator, PARENT_KINDS.get(place.array))
            if same and parent.position == (place.position or 0):
                yield Entry("parent", k), mediator


def _onward(s: Structure, path: Path, mediator: int) -> Iterator[Path]:
    if s.mediator_lag[mediator] is not None:
        yield replace(path, names=(*path.names, KPI))
    for k, parent in enumerate(s.parents):
        if (parent.kind, parent.position) == ("mediator", mediator):
            names = (*path.names, s.mediators[parent.mediator])
            longer = replace(path, names=names, links=(*path.links, k))
            yield from _onward(s, longer, parent.mediator)


def _first_mediator(entry: Entry, s: Structure) -> int:
    if entry.kind == "medium":
        return s.mediators.index(s.media[entry.position].target)
    return s.parents[entry.position].mediator if entry.kind == "parent" else entry.position


def _first(entry: Entry, p: Parameters, s: Structure, before: Side, after: Side) -> Array:
    """(draw, week, geo) what the variable adds to its first mediator, in its s.d."""
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
