"""What plans bring over coming weeks: computed once for a model and a question, and kept a while.

A response costs some hundredths of a second, and the optimizer keeps what it asked of one; the next
allocation of the same weeks starts from there.
"""

from collections import OrderedDict
from threading import Lock

from app.services.plans import Coming
from mmm.fitted import FittedModel
from mmm.plan_curves import On
from mmm.plan_response import PlanResponse, plan_response

MOST = 4
"""Responses kept, each with its model: tens of megabytes for a panel."""

type Key = tuple[int, On, str]
_kept: OrderedDict[Key, PlanResponse] = OrderedDict()
_lock = Lock()


def response_of(model: FittedModel, coming: Coming, on: On) -> PlanResponse:
    """What plans bring over the coming weeks; raises QueryError."""
    asked = Coming.model_validate({name: getattr(coming, name) for name in Coming.model_fields})
    key = (id(model), on, asked.model_dump_json())
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    response = plan_response(
        model,
        coming.horizon,
        assume=coming.assume,
        future=coming.future,
        phasing=coming.phasing.kind,
        geo_split=coming.phasing.geos,
        profile=coming.phasing.profile,
        on=on,
    )
    with _lock:  # a response holds its model, so that no other model has its id
        _kept[key] = response
        if len(_kept) > MOST:
            _kept.popitem(last=False)
    return response
