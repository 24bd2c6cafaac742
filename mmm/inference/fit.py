"""Fits a design to a FittedModel by the requested method; the only place that calls a sampler."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import xarray as xr

from mmm.checks.assess import assess
from mmm.data.design import Design
from mmm.errors import Issue, SamplingError
from mmm.evidence.judge import with_evidence
from mmm.inference.approximate import approximate
from mmm.inference.compile_clock import BEGIN, telling
from mmm.inference.compiled import Compiled, compile_model, graph_of
from mmm.inference.convergence import INNOVATIONS, convergence
from mmm.inference.method_result import SAMPLE_END, MethodResult
from mmm.inference.nuts import nuts
from mmm.inference.recover_coefficients import recover_coefficients
from mmm.inference.stopping import Stop
from mmm.model.build import collapsible
from mmm.posterior.draws import Posterior
from mmm.posterior.fitted import FittedModel, Method
from mmm.posterior.verdict import judge
from mmm.progress import Progress, ProgressCallback
from mmm.spec.sampling import SamplingSpec

type JaxSampler = Callable[[Any, SamplingSpec, ProgressCallback], MethodResult]


def _import_jax_sampler() -> JaxSampler:
    from mmm.inference.nuts_jax import nuts_on_jax

    return nuts_on_jax


def fit(
    design: Design,
    sampling: SamplingSpec | None = None,
    progress: ProgressCallback | None = None,
    *,
    collapse: bool = True,
    stop: Stop | None = None,
    once_compiled: Callable[[Compiled], None] | None = None,
) -> FittedModel:
    """Fit ``design``; equal seeds give equal draws on one machine.

    ``collapse`` integrates the linear coefficients out where the spec allows it (the same
    posterior, faster); ``method.path`` of the result says whether it did. Once ``stop`` returns
    True, sampling ends and the draws so far are kept. ``once_compiled`` is called with the code,
    before sampling; on JAX there is none.
    """
    started = time.monotonic()
    report = progress or (lambda _: None)
    if sampling is not None and sampling.backend == "jax":
        report(Progress("compiling", BEGIN))
        return _fit_on_jax(design, sampling, progress, collapse)
    with telling(report):
        compiled = compile_model(design, collapse=collapse)
    if once_compiled is not None:
        once_compiled(compiled)
    fitted = fit_compiled(compiled, design, sampling, progress, stop=stop)
    seconds = round(time.monotonic() - started, 3)
    return replace(fitted, method=replace(fitted.method, seconds=seconds))


def fit_compiled(
    compiled: Compiled,
    design: Design,
    sampling: SamplingSpec | None = None,
    progress: ProgressCallback | None = None,
    *,
    stop: Stop | None = None,
    evidence: bool = True,
) -> FittedModel:
    """Fit ``design`` with compiled code; gives the same draws as ``fit`` with the same seed.

    Without ``evidence`` the model has none, and is judged by its checks alone. Raises DataError
    where the design differs from the compiled one in more than its numbers.
    """
    sampling = sampling or SamplingSpec()
    report = progress or (lambda _: None)
    started = time.monotonic()
    loaded = compiled.load(design)
    if sampling.draft:
        sampled = approximate(loaded, sampling, report)
    else:
        sampled = nuts(loaded, sampling, report, stop)
    report(Progress("postprocessing", SAMPLE_END, None, sampled.chains))
    order = _FitSettings(design, sampling, compiled.collapsed)
    model = _checked_model(order, sampled, loaded.labels, started)
    return with_evidence(model) if evidence else model


def load_jax_sampler(load: Callable[[], JaxSampler] = _import_jax_sampler) -> JaxSampler:
    """The NUTS sampler on JAX; raises SamplingError where its packages are not installed."""
    try:
        return load()
    except ModuleNotFoundError as error:
        detail = (
            f"backend 'jax' needs {error.name}, which is not installed: install the extra with "
            "pip install 'prudent-mmm[gpu]', or leave sampling.backend at 'numba'"
        )
        raise SamplingError([Issue("/sampling/backend", "missing_extra", detail)]) from error


def _fit_on_jax(
    design: Design,
    sampling: SamplingSpec,
    progress: ProgressCallback | None,
    collapse: bool,
) -> FittedModel:
    started, report = time.monotonic(), progress or (lambda _: None)
    sample = load_jax_sampler()
    collapsed = collapse and collapsible(design)
    model = graph_of(design, collapsed)
    sampled = sample(model, sampling, report)
    report(Progress("postprocessing", SAMPLE_END, None, sampled.chains))
    labels = {dim: list(values or ()) for dim, values in model.coords.items()}
    order = _FitSettings(design, sampling, collapsed)
    return with_evidence(_checked_model(order, sampled, labels, started))


@dataclass(frozen=True)
class _FitSettings:
    """The design to fit and how to fit it."""

    design: Design
    sampling: SamplingSpec
    collapsed: bool


def _checked_model(
    order: _FitSettings, sampled: MethodResult, labels: Mapping[str, list[Any]], started: float
) -> FittedModel:
    """The fitted model: coefficients recovered, diagnostics computed, verdict given."""
    sampling = order.sampling
    posterior = Posterior(sampled.draws)
    if order.collapsed:
        posterior = recover_coefficients(posterior, order.design, sampling.seed)
    posterior = Posterior(_without_innovations(posterior.dataset, labels))
    diagnostics = {
        **({} if sampling.draft else convergence(posterior.dataset)),
        **sampled.diagnostics,
    }
    unjudged = FittedModel(
        design=order.design,
        posterior=posterior,
        verdict=judge({**_UNJUDGED, **diagnostics}),
        diagnostics=diagnostics,
        method=Method(
            sampler=sampled.sampler,
            version=sampled.version,
            path="collapsed" if order.collapsed else "plain",
            sampling=sampling,
            seconds=round(time.monotonic() - started, 3),
        ),
    )
    return assess(unjudged, sampling.seed)


_UNJUDGED: Mapping[str, float] = {
    "r_squared": 0.0,
    "predictive_coverage": 0.0,
    "residual_autocorrelation": 1.0,
}


def _without_innovations(draws: xr.Dataset, labels: Mapping[str, list[Any]]) -> xr.Dataset:
    """The draws without innovations, with the labels of their own panel."""
    kept = draws.drop_vars([name for name in draws.data_vars if str(name).endswith(INNOVATIONS)])
    used = {dim for values in kept.data_vars.values() for dim in values.dims}
    kept = kept.drop_vars([name for name in kept.coords if name not in used])
    kept = kept.assign_coords({dim: labels[dim] for dim in labels.keys() & used})
    kept.attrs = {}
    return kept
