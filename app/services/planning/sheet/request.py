"""A planner's sheet as a request of evaluate-plan, with what was decided on the way."""

from collections import defaultdict
from typing import Any

import numpy as np
from pydantic import ValidationError

from app.contract.plan_requests import EvaluatePlanBody
from app.intake.plan_sheet import PlanSheet, SheetRow
from app.services.planning.sheet.names import matched
from app.services.planning.sheet.regions import refuse_region, rows_by_geo, weeks_by_geo
from app.services.planning.sheet.weeks import last_year, sheet_weeks
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.types import Array


def plan_of_sheet(model: FittedModel, sheet: PlanSheet) -> tuple[EvaluatePlanBody, tuple[str, ...]]:
    """The plan, its committed amounts and the world that it assumes, and sentences for the answer.

    Raises QueryError, which names rows.
    """
    weeks = sheet_weeks(model, sheet)
    paid = model.structure.paid_channels
    spend_rows: dict[str, list[SheetRow]] = defaultdict(list)
    others: dict[str, SheetRow] = {}
    for name, row in matched(model, sheet.rows):
        if name in paid:
            spend_rows[name].append(row)
        elif name in others:
            refuse_region(name, row)
            detail = f"{row.place}: {name!r} stands in {others[name].place} too"
            raise QueryError([Issue("/sheet", "row_repeated", detail)])
        else:
            refuse_region(name, row)
            others[name] = row
    if not spend_rows:
        detail = f"no row is a channel with a cost; the model has {', '.join(paid)}"
        raise QueryError([Issue("/sheet", "no_channel", detail)])
    request: dict[str, Any] = {
        "horizon": {"start": weeks.planned[0], "weeks": len(weeks.planned)},
        "plan": {},
        "committed": {},
        "future": {
            name: weeks.values(_numbers(row, zero=name in model.structure.events))
            for name, row in others.items()
        },
    }
    even = []
    for name, rows in spend_rows.items():
        shape = last_year(model, weeks, name)
        even += [name] if shape is None else []
        by_geo = {
            geo: weeks.spread(_sum(of_geo or rows, committed=False, of=of_geo), shape)
            for geo, of_geo in rows_by_geo(model, name, rows).items()
        }
        amounts, before = weeks.spread(_sum(rows, committed=False), shape)
        request["plan"][name] = amounts
        if places := weeks_by_geo({geo: weekly for geo, (weekly, _) in by_geo.items()}):
            request.setdefault("phasing", {"weeks_by_geo": {}})["weeks_by_geo"][name] = places
        committed, _ = weeks.spread(_sum(rows, committed=True), shape)
        if any(committed):
            request["committed"][name] = committed
        if before > 0.0:
            detail = f"{before:,.6g} of {name} fall into weeks before {weeks.planned[0]}"
            weeks.said.append(f"{detail}, which the data have already, and are left out")
    if weeks.monthly:
        weeks.said.append(_how_spread(even, [*spend_rows]))
    if weeks.past and not weeks.monthly:
        weeks.said.append(f"{weeks.past} weeks of the sheet are in the data and are left out")
    return _valid(request), tuple(weeks.said)


def _valid(request: dict[str, Any]) -> EvaluatePlanBody:
    try:
        return EvaluatePlanBody.model_validate(request)
    except ValidationError as error:
        raise QueryError(
            Issue(
                "/sheet", str(item["type"]), f"{' '.join(map(str, item['loc'][:2]))}: {item['msg']}"
            )
            for item in error.errors(include_url=False)[:20]
        ) from None


def _sum(rows: list[SheetRow], *, committed: bool, of: list[SheetRow] | None = None) -> Array:
    """(period,) the amounts of a channel's rows, or those that are committed; ``of``: of them
    those that count."""
    total = np.zeros(len(rows[0].amounts))
    for row in rows if of is None else of:
        for period, (amount, locked) in enumerate(zip(row.amounts, row.committed, strict=True)):
            if amount is not None and amount < 0.0:
                detail = f"{row.place}: {row.name!r} has {amount:g}; spend is at least 0"
                raise QueryError([Issue("/sheet", "negative", detail)])
            if amount is not None and (locked or not committed):
                total[period] += amount
    return total


def _numbers(row: SheetRow, *, zero: bool) -> list[float]:
    """The numbers of a price or an event; an event without a number does not happen."""
    numbers = [0.0 if amount is None and zero else amount for amount in row.amounts]
    full = [number for number in numbers if number is not None]
    if len(full) < len(numbers):
        detail = f"{row.place}: {row.name!r} is empty in a period; give a number for each"
        raise QueryError([Issue("/sheet", "empty_cell", detail)])
    return full


def _how_spread(even: list[str], channels: list[str]) -> str:
    if not even:
        return "months were spread to weeks in the shape of the same weeks of last year"
    if len(even) == len(channels):
        return "months were spread to weeks by days: last year's same weeks have no spend"
    return (
        "months were spread to weeks in the shape of the same weeks of last year; by days where "
        f"these had no spend: {', '.join(even)}"
    )
