"""Documents of frontiers: the best plan for each of several totals or risk aversions."""

from pydantic import Field

from app.contract.plan_answers import (
    AFTER,
    EVIDENCE,
    REFERENCE,
    SECOND,
    AfterDocument,
    ReferenceDocument,
    SecondOpinion,
)
from app.contract.plan_details import CertificateDocument, PlanDocument
from app.contract.region import SUPPORTED, SupportedRegion
from mmm.interval import Interval
from mmm.posterior.evidence import GradeNote


class FrontierPoint(PlanDocument):
    """One plan of the frontier; spend by channel over the horizon."""

    total: float
    risk_aversion: float | None
    status: str
    after: AfterDocument | None = AFTER
    spend: dict[str, float]
    gain: Interval
    cvar: float
    tail: float
    value: float = Field(description="Value of the objective.")
    outcome: Interval
    marginal_roi: float | None = Field(
        description="Value of the next unit of currency, spread in proportion to the plan."
    )
    certificate: CertificateDocument
    second_model: SecondOpinion | None = SECOND


class FrontierAnswer(PlanDocument):
    """The points of the frontier, in the order of the request."""

    points: tuple[FrontierPoint, ...]
    quantity: str = Field(default="", description="What the objective measures, in words.")
    gain_unit: str
    outcome_unit: str
    reference: ReferenceDocument | None = REFERENCE
    evidence: dict[str, GradeNote] | None = EVIDENCE
    supported: SupportedRegion | None = SUPPORTED
    warnings: tuple[str, ...]
