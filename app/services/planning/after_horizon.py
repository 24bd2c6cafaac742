"""Spend after the horizon, where it goes on at the mean per week of the plan that is looked for.

The level is the same in every world that is compared, so a plan is found for a given level, first
that of the reference, and again at its own mean until it stays within a hundredth of it.
"""

import numpy as np

from app.contract.plan_answers import AfterDocument
from app.contract.plan_requests import AllocateBody
from app.services.planning.responses import AnyResponse
from optimizer.allocation import Allocation, Status
from optimizer.search.case import Effort
from optimizer.solve.allocate import allocate
from optimizer.watch import Watch

SAME = 0.01
"""Share of the spend after the horizon by which it may differ from the plan's own mean."""
ROUNDS = 4
_DRAFT = 0.2
"""Part of the work that is left which a draft of the plan is."""


def allocate_continuing(
    body: AllocateBody, response: AnyResponse, watch: Watch
) -> tuple[AnyResponse, Allocation]:
    """The optimal plan, and the response in which spend goes on as it does; the best so far where
    the time is over.  Raises InvalidProblem, Infeasible and Cancelled."""
    for _ in range(ROUNDS if response.after is not None else 0):
        watch.begin(_DRAFT)
        draft = quick_allocation(body, response, watch)
        if watch.is_over():
            return response, draft
        moved = response.continuing(draft.spend)
        if _is_same(response, moved):
            proved = draft.status is Status.OPTIMAL or not body.prove
            if proved and not body.explain:
                return response, draft
            break
        response = moved
    watch.begin(1.0)
    effort = Effort(prove=body.prove, watch=watch)
    final = allocate(
        body, response, response.current, seed=body.seed, explain=body.explain, effort=effort
    )
    return response, final


def quick_allocation(body: AllocateBody, response: AnyResponse, watch: Watch) -> Allocation:
    """The plan for one level of spend after the horizon, without a proof."""
    effort = Effort(prove=False, watch=watch)
    return allocate(body, response, response.current, seed=body.seed, effort=effort)


def _is_same(response: AnyResponse, moved: AnyResponse) -> bool:
    assert response.after is not None
    assert moved.after is not None
    difference = float(np.abs(moved.after - response.after).sum())
    return difference <= SAME * float(moved.after.sum())


def after_document(response: AnyResponse) -> AfterDocument:
    """Own spend after the horizon, as the answer assumes it."""
    if response.after is None:
        return AfterDocument(kind="zero", per_week={})
    per_week = dict(zip(response.channels, response.after.sum(0).tolist(), strict=True))
    return AfterDocument(kind="continue", per_week=per_week)
