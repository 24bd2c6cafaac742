"""What plans bring over coming weeks, as the optimizer asks for it; kept beside the model, or not.

A response costs some hundredths of a second, and the optimizer keeps what it asked of one; where it
is kept, the next allocation of the same weeks starts from there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from app.context import Context
from app.contract.plan_requests import Coming
from app.db.models import ModelRow
from app.runtime.cache import Cache, CacheKey, array_bytes
from mmm.errors import Issue, QueryError, pointer
from mmm.plan.curves import ObjectiveUnit
from mmm.plan.mixture import PlanMixture, mix_scenarios
from mmm.plan.phasing import Granularity
from mmm.plan.response import Assumptions, PlanResponse, plan_response
from mmm.posterior.fitted import FittedModel
from optimizer.curves.cache import cached_curve_bytes

type AnyResponse = PlanResponse | PlanMixture
type Respond = Callable[[FittedModel, Coming, ObjectiveUnit, float | None], AnyResponse]
"""What plans of a model bring over the coming weeks, at an own price if one is given; raises
QueryError."""


@dataclass(frozen=True)
class KeptResponses:
    """A ``Respond`` for the model of one file."""

    cache: Cache
    artefact_key: str

    def __call__(
        self, model: FittedModel, coming: Coming, on: ObjectiveUnit, price: float | None
    ) -> AnyResponse:
        """The response to these weeks, computed once; raises QueryError."""
        asked = Coming.model_validate({name: getattr(coming, name) for name in Coming.model_fields})
        question = f"{on} {price} {asked.model_dump_json()}"
        return self.cache.get(
            CacheKey("response", self.artefact_key, question),
            lambda: response_of(model, coming, on, price),
            _bytes,
        )


def _bytes(response: AnyResponse) -> int:
    """With its model, and with what the optimizer asked of it so far."""
    return array_bytes(response) + cached_curve_bytes(response)


def response_of(
    model: FittedModel, coming: Coming, on: ObjectiveUnit, price: float | None
) -> AnyResponse:
    """A fresh response, for a model in hand."""
    if not coming.scenarios:
        return _in_one_world(model, coming, on, price)

    def respond(part: FittedModel, k: int) -> PlanResponse:
        scenario = coming.scenarios[k]
        world = coming.model_copy(
            update={
                "assume": (*coming.assume, *scenario.assume),
                "future": {**coming.future, **scenario.future},
            }
        )
        try:
            return _in_one_world(part, world, on, price)
        except QueryError as error:
            issues = [_pointed(issue, coming, k) for issue in error.issues]
            raise QueryError(issues) from error

    return mix_scenarios(model, [scenario.probability for scenario in coming.scenarios], respond)


def _in_one_world(
    model: FittedModel, coming: Coming, on: ObjectiveUnit, price: float | None
) -> PlanResponse:
    return plan_response(
        model,
        coming.horizon,
        assumed=Assumptions(coming.assume, coming.future, price),
        granularity=Granularity(coming.phasing.kind, coming.phasing.geos, coming.phasing.profile),
        discount_rate=coming.discount_rate,
        on=on,
    )


def _pointed(issue: Issue, coming: Coming, k: int) -> Issue:
    """The issue where the request has what it is about: in scenario k, or for all of them."""
    _, field, *rest = [*issue.pointer.split("/"), "", ""]
    if field == "assume" and rest[0].isdigit() and int(rest[0]) >= len(coming.assume):
        place = pointer("scenarios", k, "assume", int(rest[0]) - len(coming.assume))
    elif field == "future" and rest[0] in coming.scenarios[k].future:
        place = pointer("scenarios", k, "future", rest[0])
    else:
        return issue
    return Issue(place, issue.code, issue.detail)


def responses(context: Context, row: ModelRow) -> Respond:
    """How plans of this model are answered: by responses that are kept beside it."""
    return KeptResponses(context.cache, row.artefact_key)
