"""What stands beside a plan in an answer: its proof, limits, conditions, and further insights."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class PlanDocument(BaseModel):
    """Base of the documents about plans."""

    model_config = ConfigDict(frozen=True)


class CertificateDocument(PlanDocument):
    """A proof of how close the plan is to the optimum."""

    kind: Literal["global", "stationary", "none"] = Field(
        description="global: for this model's draws and under the limits asked for, no plan is "
        "better than the upper bound; stationary: no small change improves the plan. Neither says "
        "that the model is right."
    )
    upper_bound: float | None
    gap: float | None = Field(
        description="How far, relative to its measure, the plan may be below the upper bound."
    )


class BindingDocument(PlanDocument):
    """A binding limit and its shadow price."""

    constraint: str
    pointer: str | None
    shadow_price: float


class ObstacleDocument(PlanDocument):
    """A limit that keeps a better plan away, in words for people who plan."""

    what: str = Field(description="The limit.")
    worth: str = Field(
        description="What a little more room is worth, near the plan, as the model alone sees it."
    )


class ConditionDocument(PlanDocument):
    """One condition, or one side of a second budget, and how far the plan meets it."""

    kind: Literal["target", "roi", "marginal_roi", "not_worse", "cvar", "budget"]
    condition: str = Field(description="In words.")
    pointer: str = Field(description="Into the request.")
    wanted: float = Field(
        description="A probability (target, not_worse), a return (roi, marginal_roi), an amount in "
        "the unit of the gain (cvar), or units of the second budget."
    )
    reached: float = Field(description="What the plan reaches, in the same unit.")
    slack: float = Field(description="The room that is left; negative by what is missed.")
    met: bool


class FewestMovesDocument(PlanDocument):
    """The smallest number of changed channels that keeps a share of the gain.

    The gain is that of the objective's measure over today's plan, or over today's mix where the
    total differs.
    """

    share: float = Field(description="The share to keep.")
    kept: float = Field(description="The share that the plan keeps.")
    moves: int = Field(description="Channels that the plan changes.")
    before: int = Field(description="Channels that the best plan changes.")
    exact: bool = Field(description="Whether every smaller set of channels was tried or ruled out.")
    best_found: dict[str, float] = Field(description="Spend of the best plan by channel.")


class LeastMovementDocument(PlanDocument):
    """The plan that moves the least money among those nearly as good as the best."""

    tolerance: float = Field(description="Share of the gain that may be lost.")
    kept: float = Field(description="Share of the gain that the plan keeps.")
    moved: float = Field(description="Raises and cuts of all channels together, currency.")
    before: float = Field(description="The same for the best plan.")
    bound: float | None = Field(
        description="No plan within the tolerance moves less; null where that is not proved."
    )
    best_found: dict[str, float] = Field(description="Spend of the best plan by channel.")


class RoundingDocument(PlanDocument):
    """A plan in which every channel's total is a multiple of a step."""

    step: float
    cost: float = Field(description="What rounding costs in the objective's measure.")
    unrounded: dict[str, float] = Field(description="Spend of the plan before it, by channel.")


class StayDocument(PlanDocument):
    """The best plan compared with the one to stay at, draws paired.

    That is current spend where the total is free, else the current mix at the total.
    """

    within_noise: bool
    proportional: dict[str, float] = Field(description="Spend of the plan to stay at by channel.")
    best_found: dict[str, float] = Field(description="Spend of the best plan by channel.")
    probability_better: float
    expected: float = Field(description="Mean gain of the best plan over that one.")
    deviation: float = Field(description="Its standard deviation over draws.")


class PairDocument(PlanDocument):
    """Two channels whose separate effects are not identified well, although their sum is."""

    channels: tuple[str, str]
    correlation: float
    uncertainty: tuple[float, float] = Field(description="s.d. / mean of each response.")
    uncertainty_of_sum: float


class StabilityDocument(PlanDocument):
    """Plans optimized on one half of the draws and evaluated on the other."""

    moved: tuple[float, ...] = Field(description="Share of the total that each reallocates.")
    in_sample: float
    out_of_sample: float
    proportional: float = Field(description="Value of the current mix on the same halves.")


class InformationDocument(PlanDocument):
    """The plan's expected regret and the value of information, in expected gain."""

    expected_regret: float
    perfect: float = Field(description="Value of knowing every effect before planning.")
    by_channel: dict[str, float]
    noise: float = Field(description="Value that a channel may show by chance alone.")
