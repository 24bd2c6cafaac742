"""Recovery on the client's own spend: simulate sales from a known truth, refit, compare.

A truth is one draw of the posterior (worlds like the one that was found) or of the prior (worlds
like those that were thought possible). Spend, prices, controls and events stay as they were; so do
the states of the past (shocks, demand, the innovations of mediators), where the truth is a draw of
the posterior: only the noise of the KPI is new. Where it is a draw of the prior, mediators and
states are drawn too. The refit has the model's own specification, scales and code: it is right, and
what does not come back cannot be known from such data, however the truth lies.

Where truths are drawn from the prior the ranks are uniform if the sampler is right (simulation-
based calibration: Talts, Betancourt, Simpson, Vehtari and Gelman, 2018, arXiv:1804.06788). Truths
from the posterior lie where the data put them, and the prior then pulls them once more: small
effects come back larger, which is told as bias and is no fault of the sampler.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from pydantic import Field
from scipy import stats

from mmm.attribution.returns import channel_contributions, return_draws
from mmm.checks.prior import prior_model
from mmm.data.design import Design
from mmm.data.panel import Panel
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import RefitOptions
from mmm.posterior.trust.recovery import RecoveredQuantity, RecoveredRow, Recovery
from mmm.simulate.replicas import replicas
from mmm.summarize import summarize
from mmm.trust.part import SETTLED_R_HAT, Cost, Part, Work
from mmm.types import Array

MOST = 50


class RecoveryOptions(RefitOptions):
    """How many simulations, and where their truths are drawn from."""

    simulations: int = Field(default=5, ge=1, le=MOST)
    truth: Literal["posterior", "prior"] = "posterior"


def truths_of(model: FittedModel, options: RecoveryOptions) -> FittedModel:
    """A model whose draws are the truths, one for each simulation."""
    if options.truth == "prior":
        panel = _without_mediators(model.panel)
        return prior_model(model.design.on_panel(panel), options.simulations, options.seed)
    rng = np.random.default_rng(options.seed)
    count = model.posterior.n_draws
    chosen = rng.choice(count, options.simulations, replace=count < options.simulations)
    return replace(model, posterior=model.posterior.subset(chosen))


def _without_mediators(panel: Panel) -> Panel:
    return Panel(panel.data.assign(mediators=panel.data["mediators"] * np.nan))


def simulated(model: FittedModel, truths: FittedModel, seed: int) -> tuple[Design, ...]:
    """The design of ``model`` on data of each of ``truths``."""
    made = replicas(truths, seed)
    designs = []
    for draw, kpi in enumerate(made.kpi):
        data = model.panel.data.assign(kpi=(model.panel.data["kpi"].dims, kpi))
        if made.mediators is not None:
            seen = np.isfinite(model.panel.array("mediators"))
            values = np.where(seen, made.mediators[draw], np.nan)
            data = data.assign(mediators=(model.panel.data["mediators"].dims, values))
        designs.append(model.design.on_panel(Panel(data)))
    return tuple(designs)


def quantities_of(model: FittedModel) -> dict[tuple[str, str], Array]:
    """(draw,) by kind and name: what is looked for."""
    s = model.structure
    bought = model.panel.array("spend").sum((0, 1)) > 0.0
    found: dict[tuple[str, str], Array] = {}
    if model.spec.has_currency:
        roi = return_draws(model)[0]
        found |= {("roi", s.channels[i]): roi[:, i] for i in s.paid if bought[i]}
    else:
        made = channel_contributions(model)
        found |= {("contribution", n): made[:, i] for i, n in enumerate(s.channels) if bought[i]}
    if s.has_price:
        found["elasticity", "price"] = model.posterior.draws["elasticity"]
    return found


def truth_of(truths: FittedModel, simulation: int, design: Design) -> dict[tuple[str, str], float]:
    """The quantities of one truth, on the data that were simulated from it."""
    one = truths.posterior.subset(np.array([simulation]))
    alone = replace(truths, posterior=one, design=design)
    return {key: float(draws[0]) for key, draws in quantities_of(alone).items()}


def compared(
    simulation: int, truth: dict[tuple[str, str], float], refit: FittedModel
) -> Iterator[RecoveredQuantity]:
    """Every quantity of one refit beside its truth."""
    for (kind, name), draws in quantities_of(refit).items():
        true, interval, sd = truth[kind, name], summarize(draws), float(draws.std())
        yield RecoveredQuantity.model_validate(
            {
                "name": name,
                "kind": kind,
                "simulation": simulation,
                "truth": true,
                "found": interval,
                "z": (interval.mean - true) / sd if sd > 0.0 else 0.0,
                "inside": interval.p5 <= true <= interval.p95,
                "rank": float(np.mean(draws < true)),
            }
        )


def recovery_of(
    truth: Literal["posterior", "prior"], found: Sequence[RecoveredQuantity], unsettled: int = 0
) -> Recovery:
    """The table over all simulations."""
    names = list(dict.fromkeys((each.kind, each.name) for each in found))
    rows = []
    for kind, name in names:
        own = [each for each in found if (each.kind, each.name) == (kind, name)]
        errors = [abs(each.found.mean / each.truth - 1.0) for each in own if each.truth]
        rows.append(
            RecoveredRow(
                name=name,
                kind=kind,
                simulations=len(own),
                inside=sum(each.inside for each in own),
                typical_error=float(np.median(errors)) if errors else 0.0,
                bias=float(np.mean([each.z for each in own])),
            )
        )
    count, inside = len(found), sum(each.inside for each in found)
    return Recovery(
        truth=truth,
        rows=tuple(rows),
        quantities=tuple(found),
        inside=inside / count if count else None,
        too_few=float(stats.binom.cdf(inside, count, 0.9)) if count else None,
        unsettled=unsettled,
        sentences=tuple(_sentences(rows, unsettled)),
    )


def _sentences(rows: Sequence[RecoveredRow], unsettled: int) -> Iterator[str]:
    words = {"roi": "ROI of {}", "contribution": "contribution of {}"}
    for row in rows:
        what = words.get(row.kind, "elasticity of the {}").format(row.name)
        yield (
            f"The {what} came back within its range in {row.inside} of {row.simulations} simulated "
            f"worlds, typically {row.typical_error:.0%} off."
        )
    if unsettled:
        yield f"{unsettled} simulated worlds are left out: their fits did not settle."


@dataclass(frozen=True)
class _Refitted:
    """What a piece of the part keeps: the quantities of one simulation, and whether it settled."""

    found: tuple[RecoveredQuantity, ...]
    settled: bool


def _run(work: Work, options: RecoveryOptions) -> Recovery | None:
    from mmm.inference.compiled import compile_model
    from mmm.inference.fit import fit_compiled

    model, truths = work.model, truths_of(work.model, options)
    designs = simulated(model, truths, options.seed + 1)
    compiled, done = None, []
    for simulation, design in enumerate(designs):
        kept = work.kept.get(str(simulation))
        if kept is not None:
            rows = tuple(RecoveredQuantity.model_validate(row) for row in kept["found"])
            done.append(_Refitted(rows, bool(kept["settled"])))
            continue
        if work.stop():
            break
        compiled = compiled or compile_model(model.design)
        refit = fit_compiled(compiled, design, options.sampling, stop=work.stop, evidence=False)
        if work.stop():
            break
        truth = truth_of(truths, simulation, design)
        settled = float(refit.diagnostics.get("r_hat", np.inf)) <= SETTLED_R_HAT
        done.append(_Refitted(tuple(compared(simulation, truth, refit)), settled))
        rows_kept = [row.model_dump(mode="json") for row in done[-1].found]
        work.keep(str(simulation), {"found": rows_kept, "settled": settled})
        work.report((simulation + 1) / len(designs))
    if not done:
        return None
    found = [row for each in done if each.settled for row in each.found]
    return recovery_of(options.truth, found, sum(not each.settled for each in done))


def _cost(model: FittedModel, options: RecoveryOptions) -> Cost:
    """A fit for each simulation, and the model's own code.

    Raises QueryError for truths from the prior where latent demand drives budgets: the budgets
    stay as they were, so that they would contradict the demand.
    """
    if options.truth == "prior" and model.structure.driven:
        detail = (
            "latent demand drives budgets of this model, which stay as they were: draw the truths "
            "from the posterior"
        )
        raise QueryError([Issue("/truth", "budgets_driven", detail)])
    return Cost(fits=options.simulations, compilations=1)


PART = Part("recovery", RecoveryOptions, _cost, _run)
