"""The lifts that the model predicts: contrasts of do-worlds, for the likelihood and the checks.

    lift_i ~ Normal(contrast_i(theta), sd_i)        (see ``resolve`` for contrast and sd)

Where terms add up (identity link) everything but the tested spend cancels, and a test on one path
compares that path's term alone. Mediators follow their means: innovations cancel likewise.

All worlds of all tests are concatenated on one timeline (``WorldStack``), so that the equations run
once. Each begins with the weeks ahead of its test, at least as
many as anything carries over, and none of these is measured: what one world carries over into
the next is never measured. With mean (week, geo) the expected KPI on that timeline,

    contrast_i = sum over week and geo of owner[i, week] * weight[week, geo] * mean[week, geo]

where weight is plus the share in the measured weeks of a treatment world, and minus it in those of
a control world.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from mmm.data.design import Design
from mmm.data.inputs import Inputs, scaled_inputs
from mmm.data.timeline import VARIABLE_NAMES, Variables, concatenate_weeks, date_basis
from mmm.equations import mean as equations
from mmm.equations.mean import Terms
from mmm.equations.mediators import lagged
from mmm.lift.resolve import ResolvedTest
from mmm.priors.coefficients import acting_mediators
from mmm.spec.model import ModelSpec
from mmm.spec.structure import Structure
from mmm.types import Array, Namespace, Parameters, Tensor


@dataclass(frozen=True)
class WorldStack:
    """The worlds of all tests on one timeline, ``world``.

    ``weight (week, geo)``; ``owner (test, week)``, one in the weeks of a test's worlds; ``lift``,
    ``sd (test,)`` in KPI units.

    ``position (week,)`` among the panel's weeks, -1 for weeks that the panel does not have: states
    of the week (a common shock, latent demand, noise) are the fitted ones there, else zero.
    """

    world: Variables
    weight: Array
    owner: Array
    position: NDArray[np.int_]
    lift: Array
    sd: Array


def stack_worlds(tests: Sequence[ResolvedTest]) -> WorldStack:
    """The worlds of ``tests`` (at least one) on one timeline: control, then treatment, of each."""
    rows = [(test, sign) for test in tests for sign in (-1.0, 1.0)]
    lengths = [len(test.window.weeks) for test in tests]
    return WorldStack(
        world=reduce(
            concatenate_weeks, (w for test in tests for w in (test.control, test.treatment))
        ),
        weight=np.concatenate([sign * test.weight for test, sign in rows]),
        owner=np.repeat(np.eye(len(tests)), np.multiply(lengths, 2), axis=1),
        position=np.concatenate([_position(test) for test, _ in rows]),
        lift=np.array([test.lift for test in tests]),
        sd=np.array([test.sd for test in tests]),
    )


def contrasts(mean: Tensor, stacked: WorldStack) -> Tensor:
    """(..., test) in KPI units, from ``mean (..., week, geo)`` on the stacked timeline."""
    return (mean * stacked.weight).sum(-1) @ stacked.owner.T


def _position(test: ResolvedTest) -> NDArray[np.int_]:
    if test.window.position is None:
        return np.full(len(test.window.weeks), -1)
    return np.maximum(test.window.rows, -1)


type DataNode = Callable[[str, Array], Tensor]


WEEKLY_STATES = ("shock", "demand")


def predicted_lifts(
    tests: Sequence[ResolvedTest],
    p: Parameters,
    design: Design,
    xp: Namespace,
    data: DataNode,
) -> Tensor:
    """(..., test) contrast of each test in KPI units; ``tests`` are at least one.

    ``data(name, values)`` turns an array of the data into a node or returns it as it is. ``p``
    needs the linear coefficients only where they do not cancel: with the log link, and for
    mediators.
    """
    s, stacked = design.structure, stack_worlds(tests)
    d = _inputs(stacked, design, xp, data)
    q = _parameters_on_stack(p, stacked)
    full = "level" in p
    t = equations.terms(q, d, s, xp) if full else equations.nonlinear_terms(q, d, s, xp)
    unit = data("lift_kpi_unit", design.scales.kpi_unit)
    total = contrasts(_mean(t, q, s, xp) * unit, stacked)
    lifts = []
    for i, test in enumerate(tests):
        path = test.test.path
        if path == "total":
            lifts.append(total[..., i])
        else:
            factor = t.price_factor if s.price_acts_on_all else xp.ones_like(t.price_factor)
            series = _path_term(path, t, q, s, xp) * factor * unit
            lifts.append(contrasts(series, stacked)[..., i])
    return xp.stack(lifts, axis=-1)


def _inputs(stacked: WorldStack, design: Design, xp: Namespace, data: DataNode) -> Inputs:
    world = {name: data(f"lift_{name}", getattr(stacked.world, name)) for name in VARIABLE_NAMES}
    basis = {
        name: data(f"lift_{name}_basis", values)
        for name, values in date_basis(stacked.world.weeks, design.scales, design.spec).items()
    }
    return scaled_inputs(world, basis, design.scales, design.structure, xp)


def _parameters_on_stack(p: Parameters, stacked: WorldStack) -> dict[str, Tensor]:
    """``p`` with weekly states on the stacked timeline; noise and innovations are left out, since
    they cancel."""
    stacked_parameters = {
        name: value for name, value in p.items() if name not in ("ar", "innovation")
    }
    known = (stacked.position >= 0).astype(np.float64)
    for name in WEEKLY_STATES:
        if name in stacked_parameters:
            stacked_parameters[name] = (
                stacked_parameters[name][..., np.maximum(stacked.position, 0)] * known
            )
    return stacked_parameters


def _mean(t: Terms, p: Parameters, s: Structure, xp: Namespace) -> Tensor:
    """(..., week, geo) expected KPI in scaled units."""
    mean = equations.mean(t, s, xp)
    if s.counts_remember:  # a world of which nothing is known but the parameters
        variance = p["noise_sd"] ** 2 / (1.0 - p["noise_rho"] ** 2)
        return mean * xp.exp(0.5 * variance[..., None, None])
    if s.likelihood != "lognormal":
        return mean
    by_geo = p["sigma_geo"] if "sigma_geo" in p else p["sigma"][..., None]
    spread = by_geo**2 / (1.0 - p["noise_rho"][..., None] ** 2) if s.ar else by_geo**2
    return mean * xp.exp(0.5 * spread[..., None, :])


def _path_term(path: Sequence[str], t: Terms, p: Parameters, s: Structure, xp: Namespace) -> Tensor:
    """(..., week, geo) contribution of a channel along one path, before the price factor."""
    channel, *mediators = path[:-1]
    if not mediators:
        return t.media[..., s.channels.index(channel), :, :]
    names = [s.media[i].name for i in s.paths]
    at = s.mediators.index(mediators[0])
    value = t.paths[..., names.index(f"{channel}>{mediators[0]}"), :, :]
    for name in mediators[1:]:
        onward = s.mediators.index(name)
        for k, parent in enumerate(s.parents):
            if (parent.mediator, parent.kind, parent.position) == (onward, "mediator", at):
                moved = lagged(value, parent.lag, xp)
                value = p["mediator_parent"][..., k, None, None] * moved
                break
        at = onward
    effect = p["mediator_effect"][..., acting_mediators(s).index(at), None, None]
    return effect * lagged(value, s.mediator_lag[at] or 0, xp)


def needs_sampled_coefficients(spec: ModelSpec, s: Structure) -> bool:
    """Whether a lift's contrast needs linear coefficients, so that they must be sampled."""
    return bool(spec.lift_tests) and (s.log_link or bool(acting_mediators(s)))


def plain_array(_name: str, values: Array) -> Array:
    """The ``DataNode`` function of NumPy: returns the array itself."""
    return values
