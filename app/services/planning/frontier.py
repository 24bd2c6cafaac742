"""Efficient frontier: the best plan for each of several budgets or risk aversions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.context import Context
from app.contract.frontier_answers import FrontierAnswer, FrontierPoint
from app.contract.plan_details import CertificateDocument
from app.contract.plan_requests import AllocateBody, FrontierBody
from app.db.models import ModelRow, OperationRow
from app.jobs.job import Job, PartialResult, WriteResult
from app.jobs.operations import Call
from app.services.catalog.finite import finite_document
from app.services.planning import plan_jobs
from app.services.planning.after_horizon import after_document, allocate_continuing
from app.services.planning.allocate import reference_document
from app.services.planning.evidence import grades_of
from app.services.planning.region import region_document, status_within_sight
from app.services.planning.responses import AnyResponse, response_of
from app.services.planning.second_opinion import (
    NO_SECOND_MODEL,
    PlanAsked,
    SecondModel,
    built_once,
    second_opinion,
)
from app.services.planning.units import gain_unit, revenue_warning
from app.store.port import ArtefactStore
from mmm.posterior.fitted import FittedModel
from mmm.progress import Progress
from mmm.summarize import summarize
from optimizer.problem import Budget
from optimizer.problem.objective import measured_quantity
from optimizer.watch import UNWATCHED, Watch

KIND = "frontier"


def submit(context: Context, row: ModelRow, body: FrontierBody, call: Call) -> OperationRow:
    """Check every point and queue the frontier; raises the errors of ``allocate``."""
    return plan_jobs.submit(context, row, KIND, body, _problems(body), call)


@dataclass(frozen=True)
class FrontierJob:
    """Handler of operations of kind ``frontier``."""

    store: ArtefactStore

    async def __call__(self, job: Job) -> WriteResult:
        """Solve in a thread, which ends soon after the job is cancelled."""
        points: list[FrontierPoint] = []
        body = FrontierBody.model_validate(job.request["body"])
        size = len(body.totals or body.risk_aversions)

        def report(_share: float) -> None:
            job.report(Progress("optimizing", len(points) / size))

        return await plan_jobs.solve_in_thread(
            lambda caller: self._solve(job, body, points, caller), report
        )

    def _solve(
        self, job: Job, body: FrontierBody, points: list[FrontierPoint], caller: Watch
    ) -> WriteResult:
        model = plan_jobs.model_of(job, self.store)
        respond = plan_jobs.mix_of_job(job, self.store, model, body) or response_of
        response = respond(model, body, body.objective.response_unit, None)
        size = len(body.totals or body.risk_aversions)
        second = built_once(plan_jobs.second_model_of(job, self.store))
        for point in frontier_points(response, body, caller, second):
            points.append(point)
            if not job.report(Progress("optimizing", len(points) / size)):
                break
        answer = frontier_answer(model, response, body, points, job.request["warnings"])
        document = finite_document(answer)
        result = {"frontier": document}
        return lambda _: result if len(points) == size else PartialResult(result)


def frontier_answer(
    model: FittedModel,
    response: AnyResponse,
    body: FrontierBody,
    points: Sequence[FrontierPoint],
    warnings: Sequence[str],
) -> FrontierAnswer:
    """The points that were computed, with their units and what they are compared with."""
    return FrontierAnswer(
        points=tuple(points),
        quantity=measured_quantity(body.objective),
        gain_unit=gain_unit(model, body.objective),
        outcome_unit=model.kpi_unit,
        reference=reference_document(response),
        evidence=grades_of(model),
        supported=region_document(response),
        warnings=(*warnings, *revenue_warning(model, body.objective)),
    )


def frontier_points(
    response: AnyResponse,
    body: FrontierBody,
    caller: Watch = UNWATCHED,
    second: SecondModel = NO_SECOND_MODEL,
) -> Iterator[FrontierPoint]:
    """Compute the points one after the other; raises InvalidProblem, Infeasible or Cancelled."""
    for problem in _problems(body):
        yield frontier_point(problem, response, caller.limited(body.time_limit_s), second)


def _problems(body: FrontierBody) -> Iterator[AllocateBody]:
    for total in body.totals:
        yield body.model_copy(update={"budget": Budget(total=total)})
    for aversion in body.risk_aversions:
        objective = body.objective.model_copy(update={"risk_aversion": aversion})
        yield body.model_copy(update={"objective": objective})


def frontier_point(
    problem: AllocateBody,
    response: AnyResponse,
    watch: Watch = UNWATCHED,
    second: SecondModel = NO_SECOND_MODEL,
) -> FrontierPoint:
    """The best plan of one problem; raises InvalidProblem, Infeasible or Cancelled."""
    response, allocation = allocate_continuing(problem, response, watch)
    certificate = allocation.certificate
    outcome = summarize(response.outcome(allocation.spend))
    earned = problem.objective.earned_share
    asked = PlanAsked(problem, None, response, allocation.spend, earned)
    return FrontierPoint(
        total=float(allocation.spend.sum()),
        risk_aversion=getattr(problem.objective, "risk_aversion", None),
        status=status_within_sight(allocation.status, response, outcome).value,
        after=after_document(response),
        spend=response.named(allocation.spend),
        gain=summarize(allocation.gain),
        cvar=allocation.risk.cvar,
        tail=allocation.risk.tail,
        value=allocation.risk.value,
        outcome=outcome,
        marginal_roi=_marginal(allocation.spend, allocation.marginal_response),
        certificate=CertificateDocument(
            kind=certificate.kind.value,
            upper_bound=certificate.upper_bound,
            gap=certificate.gap,
        ),
        second_model=second_opinion(second, asked),
    )


def _marginal(spend: np.ndarray, slope: np.ndarray) -> float | None:
    """Marginal return of one more unit of budget, distributed in proportion to the plan."""
    total = float(spend.sum())
    return float(slope @ spend) / total if total > 0.0 else None
