"""How much returns and a plan depend on what was believed before the data."""

from typing import Literal

from mmm.interval import Answer

Leaning = Literal["fine", "prior_driven", "conflict"]


class Sensitivity(Answer):
    """How much one quantity depends on its channel's own priors and on the likelihood.

    ``prior``, ``likelihood``: power-scaling sensitivities; above ``threshold`` of the answer it
    depends on them. ``shift_by_prior``, ``shift_by_likelihood``: posterior s.d. by which the mean
    moves, to first order, where either counts twice; ``error``: Monte Carlo standard error of the
    first. ``effective``: independent draws that the draws are worth. ``discrepancy``: how far prior
    and data pull apart, in the s.d. that this has where both are right. Name "plan": its gain, and
    the priors of all media.
    """

    quantity: Literal["roi", "marginal_roi", "contribution", "gain"]
    name: str
    prior: float
    likelihood: float
    shift_by_prior: float
    shift_by_likelihood: float
    error: float
    effective: float
    discrepancy: float = 0.0
    leaning: Leaning
    detail: str


class PlanAtPower(Answer):
    """The expected gain of the plan where the priors of all media are raised to ``power``.

    ``usable``: whether the draws can tell it (Pareto shape ``k`` at most 0.7).
    """

    power: float
    gain: float
    error: float
    k: float | None
    usable: bool


class PriorSensitivity(Answer):
    """Sensitivities of every channel's returns and of a plan's gain.

    ``plan``: spend of the plan by channel, null where none could be made; ``horizon_weeks``: its
    weeks. ``turns``: whether the plan no longer gains where the priors are believed less or more
    firmly, beyond Monte Carlo error at ``level``; null where the draws cannot tell. ``heaviest``:
    the channel whose own priors move the plan's gain most.
    """

    threshold: float
    quantities: tuple[Sensitivity, ...]
    plan: dict[str, float] | None = None
    horizon_weeks: int | None = None
    plan_is: Literal["given", "a_step"] | None = None
    at_powers: tuple[PlanAtPower, ...] = ()
    turns: bool | None = None
    heaviest: str | None = None
    level: float
    sentences: tuple[str, ...] = ()
