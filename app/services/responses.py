"""What plans bring over coming weeks: computed once for a model and a question, and kept a while.

A response costs some hundredths of a second, and the optimizer keeps what it asked of one; the next
allocation of the same weeks starts from there.
"""

from collections import OrderedDict
from threading import Lock

from app.services.plan_requests import Coming
from mmm.errors import Issue, QueryError, pointer
from mmm.fitted import FittedModel
from mmm.plan_curves import On
from mmm.plan_mixture import PlanMixture, mixture
from mmm.plan_response import PlanResponse, plan_response

MOST = 4
"""Responses kept, each with its model: tens of megabytes for a panel."""

type AnyResponse = PlanResponse | PlanMixture
type Key = tuple[int, On, float | None, str]
_kept: OrderedDict[Key, AnyResponse] = OrderedDict()
_lock = Lock()


def response_of(
    model: FittedModel, coming: Coming, on: On, price: float | None = None
) -> AnyResponse:
    """What plans bring over the coming weeks; raises QueryError."""
    asked = Coming.model_validate({name: getattr(coming, name) for name in Coming.model_fields})
    key = (id(model), on, price, asked.model_dump_json())
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    response = _respond(model, coming, on, price)
    with _lock:  # a response holds its model, so that no other model has its id
        _kept[key] = response
        if len(_kept) > MOST:
            _kept.popitem(last=False)
    return response


def _respond(model: FittedModel, coming: Coming, on: On, price: float | None) -> AnyResponse:
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

    return mixture(model, [scenario.probability for scenario in coming.scenarios], respond)


def _in_one_world(model: FittedModel, coming: Coming, on: On, price: float | None) -> PlanResponse:
    return plan_response(
        model,
        coming.horizon,
        assume=coming.assume,
        future=coming.future,
        phasing=coming.phasing.kind,
        geo_split=coming.phasing.geos,
        profile=coming.phasing.profile,
        price=price,
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
