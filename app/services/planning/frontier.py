"""Efficient frontier: the best plan for each of several budgets or attitudes to risk."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from app.context import Context
from app.contract.plan_answers import Answer, CertificateDocument
from app.contract.plan_requests import AllocateBody
from app.db.models import ModelRow, OperationRow
from app.jobs.operations import Call
from app.jobs.runner import Job, PartialResult, WriteResult
from app.services.catalog.json_numbers import without_nan
from app.services.planning import plan_jobs
from app.services.planning.responses import AnyResponse, response_of
from app.store.port import ArtefactStore
from mmm.interval import Interval, summarize
from mmm.progress import Progress
from optimizer.problem import Budget
from optimizer.search.case import Effort
from optimizer.solve.allocate import allocate

KIND = "frontier"

type Totals = Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(max_length=50)]
type Aversions = Annotated[tuple[Annotated[float, Field(ge=0, le=1)], ...], Field(max_length=50)]


class FrontierBody(AllocateBody):
    """An allocation, and the totals or the risk aversions for which it is solved."""

    totals: Totals = ()
    risk_aversions: Aversions = ()

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        given = [values for values in (self.totals, self.risk_aversions) if values]
        if len(given) != 1 or len(given[0]) < 2:
            raise ValueError('give two or more "totals" or two or more "risk_aversions"')
        if self.risk_aversions and not hasattr(self.objective, "risk_aversion"):
            detail = f"an objective of kind {self.objective.kind!r} has no risk aversion"
            raise ValueError(detail)
        return self


class FrontierPoint(Answer):
    """One plan of the frontier; spend by channel over the horizon."""

    total: float
    risk_aversion: float | None
    status: str
    spend: dict[str, float]
    gain: Interval
    cvar: float
    tail: float
    value: float = Field(description="Of the objective.")
    outcome: Interval
    marginal_roi: float | None = Field(description="Value of the next unit, over the whole plan.")
    certificate: CertificateDocument


class FrontierAnswer(Answer):
    """The frontier in the order asked."""

    points: tuple[FrontierPoint, ...]
    gain_unit: str
    outcome_unit: str
    warnings: tuple[str, ...]


def submit(context: Context, row: ModelRow, body: FrontierBody, call: Call) -> OperationRow:
    """Check every point, and queue; raises as ``allocate`` does."""
    return plan_jobs.submit(context, row, KIND, body, _problems(body), call)


@dataclass(frozen=True)
class FrontierJob:
    """Handler of operations of kind ``frontier``."""

    store: ArtefactStore

    async def __call__(self, job: Job) -> WriteResult:
        """Solve in a thread, which a cancelled job leaves at its next point."""
        return await asyncio.to_thread(self._solve, job)

    def _solve(self, job: Job) -> WriteResult:
        model = plan_jobs.model_of(job, self.store)
        body = FrontierBody.model_validate(job.request["body"])
        response = response_of(model, body, body.objective.response_unit, None)
        points = []
        size = len(body.totals or body.risk_aversions)
        for found in frontier(response, body):
            points.append(found)
            if not job.report(Progress("optimizing", len(points) / size)):
                break
        answer = FrontierAnswer(
            points=tuple(points),
            gain_unit=response.unit,
            outcome_unit=model.kpi_unit,
            warnings=tuple(job.request["warnings"]),
        )
        document = without_nan(answer.model_dump(mode="json"))
        made = {"frontier": document}
        return lambda _: made if len(points) == size else PartialResult(made)


def frontier(response: AnyResponse, body: FrontierBody) -> Iterator[FrontierPoint]:
    """The points, one after the other; raises InvalidProblem or Infeasible."""
    for problem in _problems(body):
        yield _point(problem, response)


def _problems(body: FrontierBody) -> Iterator[AllocateBody]:
    for total in body.totals:
        yield body.model_copy(update={"budget": Budget(total=total)})
    for aversion in body.risk_aversions:
        objective = body.objective.model_copy(update={"risk_aversion": aversion})
        yield body.model_copy(update={"objective": objective})


def _point(problem: AllocateBody, response: AnyResponse) -> FrontierPoint:
    found = allocate(
        problem, response, response.current, seed=problem.seed, effort=Effort(prove=problem.prove)
    )
    certificate = found.certificate
    return FrontierPoint(
        total=float(found.spend.sum()),
        risk_aversion=getattr(problem.objective, "risk_aversion", None),
        status=found.status.value,
        spend=response.named(found.spend),
        gain=summarize(found.gain),
        cvar=found.risk.cvar,
        tail=found.risk.tail,
        value=found.risk.value,
        outcome=summarize(response.outcome(found.spend)),
        marginal_roi=_marginal(found.spend, found.marginal_response),
        certificate=CertificateDocument(
            kind=certificate.kind.value,
            upper_bound=certificate.upper_bound,
            gap=certificate.gap,
        ),
    )


def _marginal(spend: np.ndarray, slope: np.ndarray) -> float | None:
    """Of one more unit, spread as the plan is."""
    total = float(spend.sum())
    return float(slope @ spend) / total if total > 0.0 else None
