"""Plans in their time: a limit ends them, and nothing is computed for a caller who has left."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import numpy as np
import pytest

from app.contract.plan_answers import AllocationAnswer
from app.contract.plan_requests import AllocateBody, EvaluatePlanBody, FrontierBody, PlanHorizon
from app.services.planning.allocate import allocate_model
from app.services.planning.evaluate_plan import evaluation
from app.services.planning.frontier import frontier_points
from app.services.planning.plan_jobs import solve_in_thread
from app.services.planning.responses import AnyResponse, response_of
from mmm.plan.curves import ObjectiveUnit
from mmm.posterior.fitted import FittedModel
from optimizer.errors import Cancelled
from optimizer.watch import Watch
from tests.app.running import wait_until
from tests.mmm.fakes import fake_model

HORIZON = 13


@dataclass(eq=False)
class Counted:
    """A response that counts its calls, and is told of each; everything else is that of `inner`."""

    inner: AnyResponse
    called: Callable[[], None]

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if name not in ("draws", "jacobian", "curve", "slope_range"):
            return value

        def call(*given: object) -> Any:
            self.called()
            return value(*given)

        return call


@dataclass(eq=False)
class Counting:
    """Responses of a model that count all their calls together, slowed down where asked."""

    slow: float = 0.0
    calls: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def _called(self) -> None:
        self.calls += 1
        threading.Event().wait(self.slow)

    def __call__(
        self, model: FittedModel, coming: PlanHorizon, on: ObjectiveUnit, price: float | None
    ) -> AnyResponse:
        counted = Counted(response_of(model, coming, on, price), self._called)
        return cast("AnyResponse", counted)


@pytest.fixture(scope="module")
def model() -> FittedModel:
    return fake_model(draws=40)


def document(model: FittedModel, **fields: object) -> dict[str, object]:
    start = model.panel.weeks[-1] + timedelta(weeks=1)
    total = float(model.panel.array("spend")[-HORIZON:].sum())
    return {
        "horizon": {"start": start, "weeks": HORIZON},
        "budget": {"total": total},
        "after": "zero",
        "stay": False,
        **fields,
    }


def body(model: FittedModel, **fields: object) -> AllocateBody:
    return AllocateBody.model_validate(document(model, **fields))


def test_a_time_limit_ends_the_search_with_the_best_plan_so_far(model):
    asked = body(model, time_limit_s=1e-6, phasing={"kind": "optimised"})
    answer = allocate_model(model, asked)
    assert answer.status == "stopped"
    assert "when the time was over" in answer.summary
    assert any("s ended the search" in text for text in answer.warnings)
    assert answer.plan.total == pytest.approx(asked.budget.total)
    whole = allocate_model(model, body(model, phasing={"kind": "optimised"}))
    assert whole.status in ("optimal", "feasible")
    assert whole.risk.value >= answer.risk.value - 1e-9
    bound = answer.certificate.upper_bound
    assert bound is None or bound >= whole.risk.value - 1e-6 * abs(whole.risk.value)


def test_each_point_of_a_frontier_has_the_time(model):
    asked = document(model, time_limit_s=1e-6, risk_aversions=[0.1, 0.9])
    asked["objective"] = {"kind": "mean_cvar", "risk_aversion": 0.5, "tail": 0.1}
    body = FrontierBody.model_validate(asked)
    points = list(frontier_points(response_of(model, body, "value", None), body))
    assert [point.status for point in points] == ["stopped", "stopped"]


def test_who_has_left_gets_no_plan(model):
    counting = Counting()
    left = Watch(should_stop=lambda: counting.calls >= 3)
    with pytest.raises(Cancelled):
        allocate_model(model, body(model), respond=counting, caller=left)
    assert counting.calls <= 3 + 2 * len(model.structure.channels)


def test_who_has_left_gets_no_evaluation(model):
    asked = document(model, plan=dict.fromkeys(model.structure.channels, 10.0))
    del asked["stay"]
    with pytest.raises(Cancelled):
        evaluation(
            model, EvaluatePlanBody.model_validate(asked), caller=Watch(should_stop=lambda: True)
        )


def test_a_cancelled_job_ends_its_thread(model):
    counting, ended = Counting(slow=0.02), threading.Event()

    def work(caller: Watch) -> AllocationAnswer:
        try:
            weeks = body(model, phasing={"kind": "optimised"}, time_limit_s=600)
            return allocate_model(model, weeks, respond=counting, caller=caller)
        finally:
            ended.set()

    async def begin_and_cancel() -> None:
        job = asyncio.create_task(solve_in_thread(work, lambda _: None))
        await asyncio.to_thread(wait_until, lambda: counting.calls > 5)
        assert not ended.is_set()
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        at_cancel = counting.calls
        await asyncio.to_thread(wait_until, ended.is_set)
        assert counting.calls <= at_cancel + 2

    asyncio.run(begin_and_cancel())


def test_the_progress_of_a_job_rises_to_its_end(model):
    told: list[float] = []
    answer = asyncio.run(
        solve_in_thread(
            lambda caller: allocate_model(
                model, body(model), respond=Counting(slow=0.03), caller=caller
            ),
            told.append,
        )
    )
    assert answer.plan.total > 0.0
    assert len(told) >= 2
    assert told == sorted(told)
    assert np.all((np.array(told) >= 0.0) & (np.array(told) <= 1.0))
