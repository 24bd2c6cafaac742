"""NUTS on JAX: the same PyMC model as one XLA program, on whichever device JAX finds.

All chains advance together (``vectorized``), which suits an accelerator; numbers are
float64. Importing this module loads JAX, so ``fit`` imports it only on request.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import pymc as pm
from pymc.sampling.jax import sample_numpyro_nuts
from pytensor.link.jax.dispatch.basic import jax_funcify

from mmm.inference.method_result import COMPILE_END, MethodResult
from mmm.ops.evidence import RegressionEvidence
from mmm.ops.media_curve import MediaCurve
from mmm.progress import ChainProgress, Progress, ProgressCallback
from mmm.spec.sampling import SamplingSpec
from mmm.types import Tensor


def device() -> str:
    """The name of the device that JAX computes on."""
    accelerator = jax.devices()[0]
    return f"{accelerator.platform} ({accelerator.device_kind})"


def nuts_on_jax(model: pm.Model, sampling: SamplingSpec, report: ProgressCallback) -> MethodResult:
    """Draws of ``model``, with the share of divergent transitions; progress has one step, since the
    program reports nothing before its end."""
    jax.config.update("jax_enable_x64", True)
    report(Progress("warmup", COMPILE_END))
    trace = sample_numpyro_nuts(
        draws=sampling.most_draws,
        tune=sampling.tune,
        chains=sampling.chains,
        target_accept=sampling.target_accept,
        random_seed=sampling.seed,
        model=model,
        progressbar=False,
        chain_method="vectorized",
        compute_convergence_checks=False,
    )
    diverging = np.asarray(trace["sample_stats"].to_dataset()["diverging"])
    total = sampling.tune + sampling.most_draws
    return MethodResult(
        sampler=f"numpyro on {device()}",
        version=numpyro.__version__,
        draws=trace["posterior"].to_dataset(),
        diagnostics={"divergences": float(diverging.mean())},
        chains=tuple(
            ChainProgress(chain, total, total, tuning=False, divergences=int(count))
            for chain, count in enumerate(diverging.sum(1))
        ),
    )


@jax_funcify.register(MediaCurve)
def _carried(op: MediaCurve, **_: Any) -> Callable[..., tuple[Tensor, ...]]:
    """The same curve by single operations, which JAX differentiates and fuses itself."""

    return partial(op.by_single_operations, xp=jnp)


@jax_funcify.register(RegressionEvidence)
def _regression(_op: RegressionEvidence, **_: Any) -> Callable[..., tuple[Tensor, ...]]:
    def evidence(design: Tensor, residual: Tensor, variance: Tensor) -> tuple[Tensor, ...]:
        inner = jnp.eye(len(design)) + design @ design.T / variance
        root = jnp.linalg.cholesky(inner)
        inverse = jax.scipy.linalg.cho_solve((root, True), jnp.eye(len(design)))
        eta = inverse @ (design @ residual) / variance
        rest = residual - eta @ design
        log_det = 2.0 * jnp.log(jnp.diagonal(root)).sum()
        return residual @ rest / variance + log_det, inverse, eta, rest

    return evidence
