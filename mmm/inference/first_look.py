"""A first look: Laplace's approximation of a model, made before a fit that takes longer.

It uses the code that the fit has compiled, costs a few thousand gradients, and has no evidence: it
can be read, and nothing is decided on it. ``docs/decisions/0017-first-look.md`` says when there is
one.
"""

import math
import time
from dataclasses import dataclass

from mmm.data.design import Design
from mmm.errors import SamplingError
from mmm.inference.approximate import STARTS
from mmm.inference.compiled import Compiled
from mmm.inference.convergence import BATCHES
from mmm.inference.fit import fit_compiled
from mmm.inference.log_density import Density
from mmm.inference.nuts import CORES
from mmm.posterior.fitted import FittedModel
from mmm.spec.sampling import SamplingSpec

QUICK_SECONDS = 5.0
"""A fit that takes no longer, from its start to its model, has no first look."""
LONGEST_SECONDS = 20.0
"""A first look that would take longer is left out."""
DRAWS, CHAINS = 125, 4

STEPS_OF_A_DRAW = 15
"""Gradients that a draw of NUTS costs, in the middle of the structures that were measured."""
STEPS_OF_A_SEARCH = 400
STEPS_OF_A_DIMENSION = 10
TIMED_GRADIENTS = 20

AFTER_SECONDS = 1.5
"""Quantities, checks and evidence of a fit after its draws."""

MAX_PARETO_K = 10.0
"""Weights correct nothing above 1, and k grows with the dimension: in 200 dimensions it is 3 to 5
where every return is as in the fit (``benchmarks/first_look.py``). Beyond this limit the
approximation is no picture of the posterior."""


@dataclass(frozen=True)
class FirstLook:
    """A first look, or the ``note`` that says why there is none."""

    model: FittedModel | None
    note: str | None = None


def first_look(
    compiled: Compiled, design: Design, sampling: SamplingSpec, passed: float
) -> FirstLook | None:
    """The first look of a fit whose code took ``passed`` seconds; None where the fit is quick."""
    density = Density(compiled.load(design).code)
    gradient = seconds_of_a_gradient(density)
    if passed + gradient * gradients_of_a_fit(sampling) + AFTER_SECONDS < QUICK_SECONDS:
        return None
    if gradient * gradients_of_a_look(density.dimension) > LONGEST_SECONDS:
        return FirstLook(None, "there is no first look: the model is too large for a quick one")
    try:
        return shown(laplace_draft(compiled, design, sampling.seed))
    except (SamplingError, ArithmeticError):
        return FirstLook(None, "there is no first look: the quick approximation found no mode")


def laplace_draft(compiled: Compiled, design: Design, seed: int) -> FittedModel:
    """The approximation itself, without evidence; raises SamplingError, ArithmeticError."""
    asked = SamplingSpec(method="laplace", draws=DRAWS, chains=CHAINS, seed=seed)
    return fit_compiled(compiled, design, asked, evidence=False)


def gradients_of_a_fit(sampling: SamplingSpec) -> float:
    """Gradients, one after the other, that NUTS takes about for ``sampling``."""
    draws = BATCHES[0] if sampling.adaptive else sampling.most_draws
    chains = sampling.chains / min(CORES, sampling.chains)
    return STEPS_OF_A_DRAW * (sampling.tune + draws) * chains


def gradients_of_a_look(dimension: int) -> float:
    """Gradients that a first look takes about in a space of ``dimension``."""
    return STARTS * STEPS_OF_A_SEARCH + STEPS_OF_A_DIMENSION * dimension + 2 * DRAWS * CHAINS


def seconds_of_a_gradient(density: Density) -> float:
    """Seconds that a gradient of ``density`` takes now, with the load that this machine has."""
    point = density.start(0)
    density(point)
    started = time.perf_counter()
    for _ in range(TIMED_GRADIENTS):
        density(point)
    return (time.perf_counter() - started) / TIMED_GRADIENTS


def shown(model: FittedModel) -> FirstLook:
    """The draft as a first look, unless its own checks say that it is no picture of the posterior;
    then why."""
    if model.verdict.status == "rejected":
        failed = next(each for each in model.verdict.checks if each.status == "rejected")
        return FirstLook(
            None,
            "there is no first look, because the quick approximation fails a check: "
            f"{failed.message}",
        )
    pareto_k = model.diagnostics["pareto_k"]
    if not (math.isfinite(pareto_k) and pareto_k <= MAX_PARETO_K):
        return FirstLook(None, "there is no first look: the quick approximation is too far off")
    return FirstLook(model)
