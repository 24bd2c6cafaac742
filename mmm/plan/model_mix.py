r"""Plans under a mixture of models of the same data: every draw of it belongs to one of them.

    p(gain) = sum_k w_k p_k(gain),    w_k >= 0,  sum w_k = 1

A model with weight w gives a share w of the draws, evenly spaced over its own, so that means,
quantiles and risks over draws are those of the mixture. Draws of a copy of one model, shared out,
are the draws of that model.

Stacking weights: Yao, Vehtari, Simpson and Gelman, Bayesian Analysis 13(3), 2018.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmm.data.kpi_value import weekly_value
from mmm.errors import Issue
from mmm.plan.in_parts import PlanInShares, frame_of
from mmm.plan.mixture import PlanMixture, scenario_draws
from mmm.plan.response import PlanResponse
from mmm.posterior.fitted import FittedModel
from mmm.types import IndexArray

type OneModel = PlanResponse | PlanMixture


@dataclass(frozen=True)
class PlanOfMix(PlanInShares):
    """The response over a mixture of models; satisfies ``optimizer.response.Response``.

    ``parts[k]``: the response of model k, of its own draws in it; ``draws_of[k]``: their positions.
    The frame is that of the first model.
    """

    parts: tuple[OneModel, ...]

    @property
    def n_draws(self) -> int:
        """Number of draws of the mixture."""
        return sum(draws.size for draws in self.draws_of)

    @property
    def by_scenario(self) -> tuple[IndexArray, ...]:
        """Positions of the draws of each scenario of the world; empty where there are none."""
        of_models: list[tuple[IndexArray, ...]] = []
        for part, draws in zip(self.parts, self.draws_of, strict=True):
            inner = part.draws_of if isinstance(part, PlanMixture) else ()
            of_models.append(tuple(draws[own] for own in inner))
        return tuple(np.concatenate(each) for each in zip(*of_models, strict=True))


def mix_models(
    models: Sequence[FittedModel],
    weights: Sequence[float],
    respond: Callable[[FittedModel], OneModel],
) -> OneModel | PlanOfMix:
    """The response of the mixture; that of one model alone where it has all the weight.

    ``weights``: of the models, not negative, with sum one.
    """
    heard = [(model, w) for model, w in zip(models, weights, strict=True) if w > 0.0]
    if len(heard) == 1:
        return respond(heard[0][0])
    shares = draws_in_mix([w for _, w in heard], [m.posterior.n_draws for m, _ in heard])
    parts = [
        respond(replace(model, posterior=model.posterior.subset(own)))
        for (model, _), (_, own) in zip(heard, shares, strict=True)
    ]
    warnings = dict.fromkeys(line for part in parts for line in part.warnings)
    return PlanOfMix(
        **frame_of(parts[0]) | {"warnings": tuple(warnings)},
        parts=tuple(parts),
        draws_of=tuple(places for places, _ in shares),
    )


def draws_in_mix(
    weights: Sequence[float], sizes: Sequence[int]
) -> tuple[tuple[IndexArray, IndexArray], ...]:
    """Of each model, the positions of its draws in the mixture, and which of its own they are.

    ``weights``: positive, with sum one; ``sizes``: draws of each. The mixture has as many draws as
    the largest model, and no more than every model can give a share of without repeating itself.
    """
    most = int(min(size / weight for size, weight in zip(sizes, weights, strict=True)))
    total = max(min(max(sizes), most), len(weights))
    places = scenario_draws(weights, total)
    return tuple(
        (
            place,
            place * size // total if size >= total else np.arange(place.size) * size // place.size,
        )
        for place, size in zip(places, sizes, strict=True)
    )


def differences(first: FittedModel, other: FittedModel, where: str) -> Iterator[Issue]:
    """Why plans of ``other`` cannot be mixed with those of ``first``, with the pointer ``where``.

    Models of a mixture decide the same channels in the same order, were fitted to the same weeks,
    places, spend and KPI, and count the same value.
    """
    channels = [model.structure.paid_channels for model in (first, other)]
    weeks, geos = ([getattr(m.panel, name) for m in (first, other)] for name in ("weeks", "geos"))
    if channels[0] != channels[1]:
        told = " and ".join(", ".join(names) for names in channels)
        yield Issue(where, "other_channels", f"the two models decide different channels: {told}")
    if weeks[0] != weeks[1]:
        spans = " and ".join(f"{each[0]} to {each[-1]}" for each in weeks)
        yield Issue(where, "other_weeks", f"the two models were fitted to different weeks: {spans}")
    if geos[0] != geos[1]:
        yield Issue(where, "other_geos", "the two models were fitted to different geos")
    if channels[0] != channels[1] or weeks[0] != weeks[1] or geos[0] != geos[1]:
        return
    yield from _other_numbers(first, other, where)


def _other_numbers(first: FittedModel, other: FittedModel, where: str) -> Iterator[Issue]:
    """Models of the same weeks and channels whose numbers are not the same."""
    spend = [m.panel.array("spend")[..., [*m.structure.paid]] for m in (first, other)]
    for index, name in enumerate(first.structure.paid_channels):
        if not np.array_equal(spend[0][..., index], spend[1][..., index]):
            detail = f"the two models were fitted to different spend of {name!r}"
            yield Issue(where, "other_data", detail)
    kpi = [m.panel.array("kpi") for m in (first, other)]
    if not np.array_equal(kpi[0], kpi[1], equal_nan=True):
        yield Issue(where, "other_data", "the two models were fitted to a different KPI")
    units = [(m.kpi_unit, m.spec.currency, m.spec.has_currency) for m in (first, other)]
    price = first.panel.array("price")
    one, two = (weekly_value(m.panel, m.spec, price) for m in (first, other))
    if units[0] != units[1] or not np.array_equal(one, two):
        yield Issue(where, "other_value", "the two models count a unit of the KPI at another value")
