"""Which returns, and which plan, rest on what was believed before the data.

Of every channel with a cost ROI and marginal ROI are measured (the contribution where the KPI has
no value in currency), not coefficients, against the channel's own priors: those of its effect (or
of what was stated about it) and of its curve. Of a plan the gain over today's is measured, against
the priors of all channels together. Quantities that are always positive are measured in logs, in
which they are about normal.

The likelihood that is scaled is the whole one, log p(y | theta, w), at the joint draws of the
sampled parameters theta and of the coefficients w. A collapsed fit samples theta from the density
with w integrated out. That density is not the likelihood: raised to a power it would scale the
prior of w too. But w is drawn back exactly, so that (theta, w) are draws of the whole posterior,
and the likelihood is evaluated at them. Latent states count as parameters.

Both sensitivities are high wherever prior and data share the answer, also where each is right. They
are called a *conflict* only where they pull apart by more than chance allows at ``LEVEL``
(``discrepancy``): so at most 5 of 100 returns whose prior and data are both right.

A plan *turns* if its expected gain falls below zero where the priors of all media are raised to
``PLAN_POWERS``, which make a normal prior's s.d. a fifth larger or a sixth smaller. Twice as firmly
or half as firmly would ask more of the draws than they hold: a weight 1 / p(theta)^(1/2) has no
variance where the posterior is as wide as the prior. The test is one-sided, both powers together at
``LEVEL``: a plan whose gain stays above zero is called turning in at most 5 of 100 runs of the
sampler.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from pydantic import Field
from scipy import stats

from mmm.attribution.returns import channel_contributions, return_draws
from mmm.checks.prior import affordable_prior_model
from mmm.evidence.prior_share import prior_shares
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import Options
from mmm.posterior.trust.prior_sensitivity import (
    Leaning,
    PlanAtPower,
    PriorSensitivity,
    Sensitivity,
)
from mmm.refit.quantities import effective_draws
from mmm.spec.sizes import LONGEST_HORIZON
from mmm.trust.components import log_likelihood, log_priors
from mmm.trust.part import Cost, Part, Work
from mmm.trust.power_scaling import THRESHOLD, Scaling, mean_at_power
from mmm.trust.standard_plan import QUARTER, GainOfPlan, gain_of_plan
from mmm.types import Array

PLAN_POWERS = (2.0**-0.5, 2.0**0.5)
LEVEL = 0.05
PRIOR_DRAWS = 400


class PriorSensitivityOptions(Options):
    """The plan whose gain is measured: spend by channel over ``weeks`` weeks after the data.

    Channels that it does not name stay as today. Without it the plan is a step: a tenth of today's
    money from the channel whose next unit earns least to that whose next unit earns most.
    """

    plan: dict[str, float] | None = None
    weeks: int = Field(default=QUARTER, ge=1, le=LONGEST_HORIZON)


WORDS = {"roi": "ROI", "marginal_roi": "marginal ROI", "contribution": "contribution"}


def prior_sensitivity(model: FittedModel, plan: GainOfPlan | None = None) -> PriorSensitivity:
    """Sensitivity of every channel's returns, and of the gain of ``plan`` where there is one."""
    priors, likelihood = log_priors(model), Scaling.of(log_likelihood(model))
    scalings = {name: Scaling.of(density) for name, density in priors.items()}
    before = _returns(affordable_prior_model(model.design, PRIOR_DRAWS))
    rows = [
        _measured(
            model, _Quantity(kind, name, draws, before[kind][name]), scalings[name], likelihood
        )
        for kind, by_name in _returns(model).items()
        for name, draws in by_name.items()
    ]
    if plan is None:
        return PriorSensitivity(
            threshold=THRESHOLD, quantities=tuple(rows), level=LEVEL, sentences=tuple(_told(rows))
        )
    together = np.sum([*priors.values()], axis=0)
    quantity = _Quantity("gain", "plan", plan.gain)
    rows.append(_measured(model, quantity, Scaling.of(together), likelihood))
    at_powers = _plan_at_powers(model, together, plan.gain)
    turns = plan_turns(at_powers)
    heaviest = max(scalings, key=lambda name: scalings[name].sensitivity(plan.gain))
    return PriorSensitivity(
        threshold=THRESHOLD,
        quantities=tuple(rows),
        plan=plan.spend,
        horizon_weeks=plan.weeks,
        plan_is=plan.kind,
        at_powers=at_powers,
        turns=turns,
        heaviest=heaviest,
        level=LEVEL,
        sentences=(*_told(rows), _plan_told(turns, heaviest)),
    )


def _returns(model: FittedModel) -> Mapping[str, Mapping[str, Array]]:
    """Draws of what is measured, by kind and channel; channels that were never bought left out."""
    channels, spend = model.structure.channels, model.panel.array("spend").sum((0, 1))
    bought = [i for i in range(len(channels)) if spend[i] > 0.0 and model.structure.media[i].acts]
    if not model.spec.has_currency:
        draws = channel_contributions(model)
        return {"contribution": {channels[i]: draws[:, i] for i in bought}}
    roi, marginal = return_draws(model)
    paid = [i for i in bought if i in model.structure.paid]
    return {
        "roi": {channels[i]: roi[:, i] for i in paid},
        "marginal_roi": {channels[i]: marginal[:, i] for i in paid},
    }


@dataclass(frozen=True)
class _Quantity:
    """What is measured: its kind, the name of its channel, its draws, and draws of the prior."""

    kind: str
    name: str
    draws: Array
    before: Array | None = None


def _measured(
    model: FittedModel, quantity: _Quantity, prior: Scaling, likelihood: Scaling
) -> Sensitivity:
    values = quantity.draws
    if quantity.kind != "gain" and values.min() > 0.0:
        values = np.log(values)
    by_prior, by_data = prior.sensitivity(values), likelihood.sensitivity(values)
    moves = (prior.shift(values), likelihood.shift(values))
    share = 0.5 if quantity.before is None else _share(quantity.before, quantity.draws)
    z = discrepancy(*moves, share)
    leaning = leaning_of(by_prior, by_data, z=z)
    effective = effective_draws(model, values)
    return Sensitivity.model_validate(
        {
            "quantity": quantity.kind,
            "name": quantity.name,
            "prior": by_prior,
            "likelihood": by_data,
            "shift_by_prior": moves[0],
            "shift_by_likelihood": moves[1],
            "error": prior.shift_error(values, effective),
            "effective": effective,
            "discrepancy": z,
            "leaning": leaning,
            "detail": _sentence(quantity, leaning, moves, both=by_data >= THRESHOLD),
        }
    )


def leaning_of(prior: float, likelihood: float, *, z: float) -> Leaning:
    """What two sensitivities say (Kallioinen et al. 2024, with their threshold).

    Where both are above it the two conflict only if they are ``z``, as ``discrepancy`` has it,
    further apart than chance allows at ``LEVEL``.
    """
    if prior < THRESHOLD:
        return "fine"
    apart = abs(z) > stats.norm.isf(LEVEL / 2.0)
    return "conflict" if likelihood >= THRESHOLD and apart else "prior_driven"


def discrepancy(by_prior: float, by_data: float, share: float) -> float:
    """How far prior and data lie apart, in the s.d. that their distance has where both are right;
    zero where they do not move the mean in opposite directions.

    For a normal quantity of which the prior has the ``share`` a of the precision, doubling the
    prior's power moves the mean by ln 2 sqrt(a (1 - a)) z posterior s.d.
    """
    if by_prior * by_data >= 0.0:
        return 0.0
    a = min(max(share, 1e-3), 1.0 - 1e-3)
    return float(by_prior / (np.log(2.0) * np.sqrt(a * (1.0 - a))))


def _share(before: Array, after: Array) -> float:
    """The prior's share of what is known (``mmm.evidence.prior_share``)."""
    return float(prior_shares(before[:, None], after[:, None])[0])


def _sentence(
    quantity: _Quantity, leaning: Leaning, moves: tuple[float, float], *, both: bool
) -> str:
    by_prior, by_data = moves
    what = (
        "The plan's gain"
        if quantity.kind == "gain"
        else f"The {WORDS[quantity.kind]} of {quantity.name}"
    )
    if leaning == "fine":
        return f"{what} does not hang on what was believed before the data."
    if leaning == "prior_driven":
        if both:
            return (
                f"{what} rests on the data and on what was believed before them, and the two can "
                "both be right: a belief held more firmly would move it."
            )
        return (
            f"{what} rests on what was believed before the data: another belief would give another "
            "number."
        )
    return (
        f"{what} is where two sources disagree: the data pull it {_way(by_data)}, what was "
        f"believed pulls it {_way(by_prior)}. One of them is wrong: check the stated belief, and "
        "what the model leaves out."
    )


def _way(shift: float) -> str:
    return "up" if shift > 0.0 else "down"


def _told(rows: list[Sensitivity]) -> Iterator[str]:
    """The sentences about channels, each channel once, conflicts first; what is fine is not told
    one by one."""
    told: set[str] = set()
    for leaning in ("conflict", "prior_driven"):
        for row in rows:
            if row.leaning == leaning and row.name not in told:
                told.add(row.name)
                yield row.detail
    if not told:
        yield "No return hangs on what was believed before the data."


def _plan_at_powers(model: FittedModel, together: Array, gain: Array) -> tuple[PlanAtPower, ...]:
    effective = effective_draws(model, gain)
    found = [mean_at_power(together, gain, power, effective) for power in PLAN_POWERS]
    return tuple(
        PlanAtPower(
            power=each.power,
            gain=each.mean,
            error=each.error,
            k=each.k if np.isfinite(each.k) else None,
            usable=each.usable,
        )
        for each in found
    )


def plan_turns(at_powers: tuple[PlanAtPower, ...]) -> bool | None:
    """Whether the plan's gain falls below zero at one of the powers, tested at ``LEVEL``; None
    where it falls at none that the draws can tell, and there are others."""
    limit = float(stats.norm.isf(LEVEL / len(at_powers)))
    usable = [each for each in at_powers if each.usable]
    if any(each.gain < -limit * each.error for each in usable):
        return True
    return False if len(usable) == len(at_powers) else None


def _plan_told(turns: bool | None, heaviest: str) -> str:
    if turns is None:
        return (
            "Whether the plan would turn with another belief cannot be told from these draws: too "
            f"few of them lie where it would. The beliefs about {heaviest} weigh most in it."
        )
    if turns:
        return (
            "The plan turns with what was believed: held a little more or less firmly, the "
            f"same data would say that it loses money. The beliefs about {heaviest} weigh most."
        )
    return (
        "The plan gains also where what was believed is held a little more or less firmly; the "
        f"beliefs about {heaviest} weigh most in it."
    )


def _cost(model: FittedModel, options: PriorSensitivityOptions) -> Cost:
    """No fit; raises QueryError where the given plan cannot be made."""
    if options.plan is not None:
        gain_of_plan(model.thinned(1), options.plan, options.weeks)
    return Cost(fits=0)


def _run(work: Work, options: PriorSensitivityOptions) -> PriorSensitivity:
    plan = gain_of_plan(work.model, options.plan, options.weeks)
    work.report(0.2)
    return prior_sensitivity(work.model, plan)


PART = Part("prior_sensitivity", PriorSensitivityOptions, _cost, _run)
