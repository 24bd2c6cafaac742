"""Builds the generative PyMC model of a design, for ``do``, ``observe`` and sampling.

Variables in natural units are ``pm.Data`` nodes named as in ``timeline.Variables`` (the collapsed
form, on which nothing intervenes, holds them scaled); parameters come from ``parameters``; means
from ``equations``; observed nodes are ``kpi`` (``log_kpi`` where the noise is autoregressive on the
log scale), ``mediator_<name>``, ``budget_<channel>`` and ``lift``. Lift tests enter here: ``lift``
observes the measured lifts around those that the parameters predict, and the cells that a test was
computed from leave the likelihood of the KPI. No number of the data is a constant of the graph, so
that models of one structure share their compiled code.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from mmm.data.design import Design
from mmm.data.inputs import Inputs, scaled_inputs
from mmm.data.timeline import VARIABLE_NAMES
from mmm.equations import mean as equations
from mmm.lift.exclusion import kept_cells
from mmm.lift.predict import needs_sampled_coefficients
from mmm.lift.resolve import resolve_lift_tests
from mmm.model.collapse import log_evidence
from mmm.model.likelihood import (
    kpi_likelihood,
    observed_budgets,
    observed_index,
    observed_lifts,
    observed_mediators,
)
from mmm.model.noise_weights import WEIGHTS, noise_weights
from mmm.model.whitening import Observations
from mmm.ops.data_folding import fold_data_constants
from mmm.ops.namespace import GRAPH
from mmm.posterior.latent_demand import SensorRows, sensor_rows
from mmm.priors import parameters
from mmm.priors.coefficients import linear_prior
from mmm.priors.coords import coords
from mmm.priors.table import Prior
from mmm.types import Array, Tensor

PREDICTOR = "predictor"
VARIABLE_DIMS = {
    "spend": ("date", "geo", "channel"),
    "unit_cost": ("date", "geo", "channel"),
    "frequency": ("date", "geo", "channel"),
    "rival_spend": ("date", "geo", "spending_rival"),
    "price": ("date", "geo"),
    "rival_price": ("date", "geo", "priced_rival"),
    "controls": ("date", "geo", "control"),
    "events": ("date", "geo", "event"),
    "mediator_factor": ("date", "geo", "mediator"),
    "mediator_shift": ("date", "geo", "mediator"),
}
SCALES = (
    *("exposure", "before", "rival_price_ref", "control_mean", "control_sd"),
    *("mediator_mean", "mediator_sd", "event_size", "price_ref"),
)
LINEAR = ("normal", "student_t")
FIXED = ("basis", "product")
"""Inputs that are not data nodes of their own: the basis is several, products are structure."""
REFERENCE = ("exposure", "frequency", "log_price", "log_rival_price")


class GraphSource:
    """Parameters as nodes of the PyMC model in context.

    ``simplify`` rewrites the factor of a rescaled parameter.
    """

    xp = GRAPH

    def __init__(self, simplify: Callable[[Tensor], Tensor] = lambda result: result) -> None:
        self._simplify = simplify

    def draw(self, name: str, prior: Prior, *dims: str) -> Tensor:
        a, b = (*prior.parameters, 0.0)[:2]
        shape = dims or None
        families = {
            "normal": lambda: pm.Normal(name, a, b, dims=shape),
            "half_normal": lambda: pm.HalfNormal(name, a, dims=shape),
            "lognormal": lambda: pm.LogNormal(name, a, b, dims=shape),
            "beta": lambda: pm.Beta(name, a, b, dims=shape),
            "gamma": lambda: pm.Gamma(name, a, b, dims=shape),
        }
        return families[prior.family]()

    def standard_normal(self, name: str, *dims: str) -> Tensor:
        return pm.Normal(name, dims=dims)

    def rescaled(self, name: str, prior: Prior, factor: Callable[[], Tensor], *dims: str) -> Tensor:
        (center, sd), multiple = prior.parameters, self._simplify(factor())
        if prior.family == "normal":
            moved = pm.Normal(f"{name}_informed_z", center * multiple, sd * multiple, dims=dims)
            return self.keep(name, moved / multiple, *dims)
        log = pm.Normal(f"{name}_informed_z", center + pt.log(multiple), sd, dims=dims)
        return self.keep(name, pt.exp(log) / multiple, *dims)

    def keep(self, name: str, value: Tensor, *dims: str) -> Tensor:
        return pm.Deterministic(name, value, dims=dims or None)

    def data(self, name: str, value: Any, *dims: str) -> Tensor:
        return pm.Data(name, value, dims=dims or None)


def build_model(design: Design, *, weighted: bool = False) -> pm.Model:
    """The generative model with its KPI observed; with the weights of Student-t noise as variables
    of their own where ``weighted``."""
    s, source = design.structure, GraphSource()
    with pm.Model(coords=coords(design)) as model:
        inputs = _natural_input_nodes(design)
        window = _with_reference_inputs(design, inputs)
        p = _sampled_parameters(design, window, source)
        p |= _noise_weights(p) if weighted else {}
        p |= parameters.linear(design, p, source)
        observed_budgets(s, design.panel, inputs, p)
        observed_index(design, inputs, p)
        terms = equations.terms(p, inputs, s, GRAPH, observed_mediators(design, p))
        predictor = equations.predictor(terms, s, GRAPH)
        predictor.name = PREDICTOR
        tests = resolve_lift_tests(design)
        kpi_likelihood(design, p, predictor, kept_cells(tests, design.spec, design.panel))
        observed_lifts(tests, p, design)
    return model


def build_collapsed(design: Design) -> pm.Model:
    """The same posterior with its linear coefficients integrated out; see ``collapse``."""
    source = GraphSource(fold_data_constants)
    with pm.Model(coords=coords(design)) as model:
        inputs = _scaled_input_nodes(design)
        p = _sampled_parameters(design, inputs, source)
        p |= _noise_weights(p)
        mediator_value = observed_mediators(design, p)
        coefficients = linear_prior(design)
        kpi = _data_node("scaled_kpi", scaled_kpi(design), "date", "geo")
        tests = resolve_lift_tests(design)
        kept = kept_cells(tests, design.spec, design.panel)
        observations = Observations(kpi, kept, _sensor_nodes(design))
        pm.Potential(
            "kpi",
            fold_data_constants(
                log_evidence(p, inputs, coefficients, observations, mediator_value)
            ),
        )
        observed_lifts(tests, p, design)
    return model


def _sensor_nodes(design: Design) -> tuple[SensorRows, ...]:
    """The series that latent demand moves beside the KPI, as data nodes."""

    def nodes(rows: SensorRows) -> SensorRows:
        named = {name: getattr(rows, name) for name in ("values", "seen", "basis")}
        return SensorRows(
            rows.kind, **{k: _data_node(f"{rows.kind}_{k}", v) for k, v in named.items()}
        )

    return tuple(nodes(rows) for rows in sensor_rows(design))


def scaled_kpi(design: Design) -> Array:
    """(week, geo) KPI in the units of the predictor."""
    kpi = design.panel.array("kpi") / design.scales.kpi_unit
    return np.log(kpi) if design.structure.log_link else kpi


def collapsible(design: Design) -> bool:
    """Whether the KPI is linear-Gaussian in its linear coefficients, and its noise whitens."""
    spec = design.spec
    if needs_sampled_coefficients(spec, design.structure):
        return False
    likelihood, many = spec.kpi.likelihood, len(design.panel.geos) > 1
    if spec.noise.kind == "ar1" and many and design.structure.infers_demand:
        return False  # a path of shocks and one of demand are not tridiagonal together
    return likelihood == "lognormal" or (likelihood in LINEAR and not spec.log_link)


def _sampled_parameters(design: Design, d: Inputs, source: GraphSource) -> dict[str, Tensor]:
    """Parameters that are sampled in both forms of the posterior."""
    p = parameters.nonlinear(design, d, source)
    p |= parameters.pooled_scales(design, source)
    p |= parameters.noise_parameters(design.spec, design.panel, source)
    p |= parameters.mediator_parameters(design.structure, source)
    return p | parameters.budget_parameters(design.structure, source)


def _noise_weights(p: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights of Student-t noise, if it is the noise."""
    return {WEIGHTS: noise_weights(p["nu"])} if "nu" in p else {}


def _with_reference_inputs(design: Design, d: Inputs) -> Inputs:
    """``d`` with the observed exposure and prices, which no intervention changes.

    A prior about a channel's effect refers to the spend that was observed, so ``do`` must not
    change the channel's coefficient.
    """
    nodes = {n: pm.Data(f"reference_{n}", getattr(design.inputs, n)) for n in REFERENCE}
    return replace(d, **nodes)


def _scaled_input_nodes(design: Design) -> Inputs:
    """Scaled inputs that are data nodes themselves, so that no step of the sampler scales them
    again; for a model on which nothing intervenes."""
    arrays = vars(design.inputs)
    basis = {name: pm.Data(f"{name}_basis", values) for name, values in arrays["basis"].items()}
    scaled = {n: _data_node(f"scaled_{n}", v) for n, v in arrays.items() if n not in FIXED}
    return Inputs(basis=basis, product=arrays["product"], **scaled)


def _data_node(name: str, value: Array, *dims: str) -> Tensor:
    """A data node whose axes of length one are static, so that compiled loops skip them."""
    shape = tuple(1 if length == 1 else None for length in value.shape)
    return pm.Data(name, value, dims=dims or None, shape=shape)


def _natural_input_nodes(design: Design) -> Inputs:
    """Scaled inputs computed from data nodes in natural units."""
    nodes: dict[str, Any] = {
        name: pm.Data(f"scale_{name}", getattr(design.scales, name)) for name in SCALES
    }
    world = design.observed
    variables = {n: pm.Data(n, getattr(world, n), dims=VARIABLE_DIMS[n]) for n in VARIABLE_NAMES}
    basis = {name: pm.Data(f"{name}_basis", values) for name, values in design.basis.items()}
    return scaled_inputs(variables, basis, replace(design.scales, **nodes), design.structure, pt)
