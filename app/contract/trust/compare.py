"""The body of a comparison of rival models, and its answer."""

from typing import Any, Self

from pydantic import Field, model_validator

from app.contract.base import Name, RequestBody, ResourceId
from app.contract.plan_details import PlanDocument
from app.contract.trust.tests import Key
from mmm.posterior.trust.options import MOST_RIVALS, MOST_SIMULATIONS, BacktestOptions
from mmm.spec.sizes import LONGEST_HORIZON
from mmm.trust.rivals.answer import ComparedRivals

LONGEST_EDIT = 500
MOST_FIELDS = 100
"""Fields of a specification; it has fewer."""


class RivalBody(RequestBody):
    """A rival: by a named edit, a JSON merge patch, a whole specification, or a fitted model."""

    name: Name | None = Field(default=None, min_length=1, max_length=100)
    edit: Name | None = Field(
        default=None,
        max_length=LONGEST_EDIT,
        description='An edit by name, such as "with AR(1)" or "tv drifts".',
    )
    patch: dict[Key, Any] | None = Field(
        default=None,
        max_length=MOST_FIELDS,
        description="A JSON merge patch (RFC 7396) of the model's specification.",
    )
    model: dict[Key, Any] | None = Field(
        default=None, max_length=MOST_FIELDS, description="A whole specification."
    )
    model_id: ResourceId | None = Field(default=None, description="A model of the same data.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = ("edit", "patch", "model", "model_id")
        if sum(getattr(self, way) is not None for way in ways) != 1:
            raise ValueError('give one of "edit", "patch", "model" and "model_id"')
        return self


class CompareBody(RequestBody):
    """Rivals of a model, compared by what they forecast from the past alone.

    Without ``rivals`` they are proposed: by the checks, the evidence and the independencies that
    the data contradict.
    """

    model_id: ResourceId
    rivals: tuple[RivalBody, ...] = Field(default=(), max_length=MOST_RIVALS)
    backtest: BacktestOptions = BacktestOptions()
    simulations: int = Field(
        default=0,
        ge=0,
        le=MOST_SIMULATIONS,
        description="Data sets that the models simulate at the real design, for a confusion "
        "matrix; each is fitted by every model.",
    )
    horizon_weeks: int = Field(
        default=13, ge=1, le=LONGEST_HORIZON, description="Of the plans that are compared."
    )


class Regret(PlanDocument):
    """What the best plan of one model forgoes under another, over the same money.

    ``overlap``: share of the money that both models' plans put into the same channels.
    """

    plan_of: str
    under: str
    overlap: float
    regret: float


class DecidingTest(PlanDocument):
    """A test whose result would tell two models apart.

    ``separation``: difference of the expected lifts in s.d. of the measured one under either model;
    ``right``: probability that the result lies nearer to what the true one expects.
    """

    channel: str
    change: float = Field(description="Spend in the treated part relative to usual: -1 is off.")
    weeks: int
    geos: tuple[str, ...] | None
    share: float = Field(description="Of sales that the test treats.")
    expected: dict[str, float] = Field(description="Lift by model, units of the KPI.")
    standard_error: float
    separation: float
    right: float


class RivalDecision(PlanDocument):
    """What the choice between the models changes, and which test would make it."""

    weeks: int
    unit: str
    regrets: tuple[Regret, ...]
    tests: tuple[DecidingTest, ...]
    sentence: str
    notes: tuple[str, ...] = ()


class ComparisonAnswer(PlanDocument):
    """The result of a comparison; ``mix`` can be given to an allocation as it is."""

    found: ComparedRivals
    model_ids: dict[str, str]
    mix: tuple[dict[str, Any], ...]
    decision: RivalDecision
    summary: str
