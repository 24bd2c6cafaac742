"""Plan responses of a model over a horizon, as the optimizer uses them; optionally cached.

Building a response takes some hundredths of a second, and the optimizer caches curves on it; with
a cached response, the next allocation over the same horizon reuses them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from app.contract.plan_requests import Phasing, PlanHorizon
from app.runtime.cache import Cache, CacheKey, array_bytes
from mmm.counterfactual.reference import ReferenceChoice
from mmm.errors import Issue, QueryError, pointer
from mmm.plan.assumptions import Assumptions
from mmm.plan.curves import ObjectiveUnit
from mmm.plan.mixture import mix_scenarios
from mmm.plan.model_mix import OneModel, PlanOfMix, mix_models
from mmm.plan.of_models import PlanOfModels
from mmm.plan.phasing import Granularity
from mmm.plan.response import PlanResponse, plan_response
from mmm.posterior.fitted import FittedModel
from mmm.types import Array
from optimizer.curves.cache import cached_curve_bytes

type AnyResponse = OneModel | PlanOfMix


type Respond = Callable[[FittedModel, PlanHorizon, ObjectiveUnit, float | None], AnyResponse]
"""Builds the plan response of a model over a horizon, at an own price if one is given.

Raises QueryError.
"""


@dataclass(frozen=True)
class CachedResponses:
    """A ``Respond`` with a cache, for the model of one file; ``build``: of a mixture, how to
    build one."""

    cache: Cache
    artefact_key: str
    build: Respond | None = None

    def __call__(
        self, model: FittedModel, coming: PlanHorizon, on: ObjectiveUnit, price: float | None
    ) -> AnyResponse:
        """The response over this horizon, built once; raises QueryError."""
        question = f"{on} {price} {horizon_question(coming)}"
        return self.cache.get(
            CacheKey("response", self.artefact_key, question),
            lambda: (self.build or response_of)(model, coming, on, price),
            response_bytes,
        )


def horizon_question(coming: PlanHorizon) -> str:
    """The horizon and its assumptions alone, as text that is equal where they are."""
    fields = {name: getattr(coming, name) for name in PlanHorizon.model_fields}
    return PlanHorizon.model_validate(fields).model_dump_json()


def response_bytes(response: AnyResponse | PlanOfModels) -> int:
    """Bytes of a response, its model, and the curves that the optimizer has cached on it."""
    return array_bytes(response) + cached_curve_bytes(response)


def gain_over(
    response: AnyResponse | PlanOfModels,
    spend: Array,
    reference: Array,
    earned: float,
    other: AnyResponse | PlanOfModels | None = None,
) -> Array:
    """(draw,) gain of a plan over another one, ``spend`` and ``reference (cell,)``.

    ``earned``: the share of the response's value that counts. Spend is a cost, but for a gain in
    KPI units. ``other``: the response to the reference, where its weeks or geos are not the plan's.
    """
    cost = float(spend.sum() - reference.sum()) if response.on == "value" else 0.0
    value = response.draws(spend) - (other or response).draws(reference)
    return np.asarray(earned * value - cost)


def response_of(
    model: FittedModel, coming: PlanHorizon, on: ObjectiveUnit, price: float | None
) -> OneModel:
    """Build a new response, without a cache; raises QueryError for limits of owned media."""
    _refuse_owned(model, getattr(coming, "channels", {}))
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
            issues = [_in_scenario(issue, coming, k) for issue in error.issues]
            raise QueryError(issues) from error

    return mix_scenarios(model, [scenario.probability for scenario in coming.scenarios], respond)


@dataclass(frozen=True)
class ModelMix:
    """Models of the same data with their weights, which add up to one; the first is the one whose
    evidence counts.

    It is the ``Respond`` of their mixture, whatever model it is asked with.
    """

    models: tuple[FittedModel, ...]
    weights: tuple[float, ...]

    def each(self, change: Callable[[FittedModel], FittedModel]) -> Self:
        """The mixture with every model changed."""
        return replace(self, models=tuple(map(change, self.models)))

    def __call__(
        self, _model: FittedModel, coming: PlanHorizon, on: ObjectiveUnit, price: float | None
    ) -> AnyResponse:
        """The mixture's response over this horizon; raises QueryError."""
        return mix_models(
            self.models, self.weights, lambda each: response_of(each, coming, on, price)
        )


def _refuse_owned(model: FittedModel, named: Iterable[str]) -> None:
    owned = model.structure.owned_channels
    detail = "{!r} has no cost, so no plan decides it"
    issues = [
        Issue(pointer("channels", name), "owned", detail.format(name))
        for name in named
        if name in owned
    ]
    if issues:
        raise QueryError(issues)


def _in_one_world(
    model: FittedModel, coming: PlanHorizon, on: ObjectiveUnit, price: float | None
) -> PlanResponse:
    return plan_response(
        model,
        coming.horizon,
        assumed=Assumptions(
            interventions=coming.assume,
            future=coming.future,
            price=price,
            reference=ReferenceChoice(coming.reference, coming.reference_spend),
            after=coming.after,
            explore=coming.explore,
        ),
        granularity=_granularity(coming.phasing),
        discount_rate=coming.discount_rate,
        on=on,
    )


def _granularity(phasing: Phasing) -> Granularity:
    return Granularity(
        phasing.kind, phasing.geos, phasing.profile, phasing.split, phasing.weeks_by_geo
    )


def _in_scenario(issue: Issue, coming: PlanHorizon, k: int) -> Issue:
    """The issue with a pointer into scenario k if it is about a field of that scenario."""
    _, field, *rest = [*issue.pointer.split("/"), "", ""]
    if field == "assume" and rest[0].isdigit() and int(rest[0]) >= len(coming.assume):
        place = pointer("scenarios", k, "assume", int(rest[0]) - len(coming.assume))
    elif field == "future" and rest[0] in coming.scenarios[k].future:
        place = pointer("scenarios", k, "future", rest[0])
    else:
        return issue
    return Issue(place, issue.code, issue.detail)
