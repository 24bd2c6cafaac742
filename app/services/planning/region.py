"""The region that data support, in answers about plans: document, refusals and warnings."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from app.contract.plan_details import BindingDocument
from app.contract.planned_spend import Plan
from app.contract.region import SupportedAmount, SupportedRegion
from app.display.words import amount, money
from app.services.planning.responses import AnyResponse
from mmm.interval import Interval
from mmm.plan.region import MULTIPLE, Seen, best_sold
from optimizer.allocation import Status
from optimizer.constraints.region import EXPLORE
from optimizer.errors import Infeasible, Issue, json_pointer

_MOST_TOLD = 5
_ROUNDING = 1e-9


def region_document(response: AnyResponse) -> SupportedRegion:
    """The region of a response's horizon."""
    region = response.region
    return SupportedRegion(
        multiple=MULTIPLE,
        explore=response.explore,
        channels={name: _amount(seen) for name, seen in region.by_channel.items()},
        together=_amount(region.together),
    )


def _amount(seen: Seen) -> SupportedAmount:
    return SupportedAmount(
        most=seen.supported,
        seen=seen.most,
        first_week=seen.first,
        last_week=seen.last,
        scaled=seen.scaled,
        in_season=seen.in_season,
    )


def require_supported(response: AnyResponse, spend: np.ndarray) -> None:
    """Raise Infeasible for a given plan ``spend (cell,)`` that leaves the region unasked."""
    region = response.supported
    if region is None:
        return
    weeks, told = len(response.horizon), _teller(response)
    beyond = [
        (json_pointer("plan", name), name, total, region.by_channel[name])
        for name, total in response.named(spend).items()
    ]
    beyond.append(("/plan", "all media together", float(spend.sum()), region.together))
    issues = [
        Issue(
            where,
            "infeasible",
            f"{name}: {told(total)} is more than the {told(seen.supported)} that the data "
            f"support ({MULTIPLE:g} times the {told(seen.most)} of the {weeks} weeks to "
            f'{seen.last}); "explore": true answers all the same',
        )
        for where, name, total, seen in beyond
        if total > seen.supported * (1.0 + _ROUNDING)
    ]
    if issues:
        raise Infeasible(tuple(issues))


def unheard_of(response: AnyResponse, outcome: Interval) -> float | None:
    """The best window ever sold where ``outcome`` is beyond ``MULTIPLE`` times that; else None."""
    best = best_sold(response.model, len(response.horizon))
    return best if best is not None and outcome.mean > MULTIPLE * best else None


def status_within_sight(status: Status, response: AnyResponse, outcome: Interval) -> Status:
    """The status of a plan, which is never optimal with an outcome that nobody has ever seen."""
    if status is Status.OPTIMAL and unheard_of(response, outcome):
        return Status.FEASIBLE
    return status


def outcome_warnings(response: AnyResponse, outcome: Interval) -> Iterator[str]:
    """A sentence where the expected outcome is beyond anything that was ever sold."""
    best = unheard_of(response, outcome)
    if best is not None:
        yield (
            f"the expected outcome of {amount(outcome.mean)} {response.model.kpi_unit} is more "
            f"than {MULTIPLE:g} times the best {len(response.horizon)} weeks ever "
            f"({amount(best)}): no data speak of such an outcome"
        )


def region_warnings(
    plan: Plan, response: AnyResponse, binding: Sequence[BindingDocument] = ()
) -> Iterator[str]:
    """Where the region holds the plan, where it was left, and what was never seen in season."""
    held = [item.constraint for item in binding if item.pointer == EXPLORE]
    if held:
        more = f"; and {len(held) - _MOST_TOLD} more" if len(held) > _MOST_TOLD else ""
        yield (
            f"the data hold this plan: {'; '.join(held[:_MOST_TOLD])}{more}. More was never tried; "
            '"explore": true goes beyond'
        )
    unusual, told = [], _teller(response)
    for channel in plan.channels:
        seen = response.region.by_channel[channel.name]
        if channel.spend <= channel.current:
            continue
        if seen.scaled:
            yield (
                f"{channel.name}: has a shorter history than the horizon; what it has is scaled to "
                f"the {told(seen.most)} that count as seen"
            )
        if seen.in_season is not None and channel.spend > MULTIPLE * seen.in_season:
            spent, before = told(channel.spend), told(seen.in_season)
            unusual.append(f"{channel.name} ({spent}, {before} seen)")
    if unusual:
        yield "more than was ever spent at this time of year: " + ", ".join(unusual)


def _teller(response: AnyResponse) -> Callable[[float], str]:
    """Amounts of the model's currency in words."""
    return partial(money, currency=response.model.spec.currency)
