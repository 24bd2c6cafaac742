"""The parts of the trust record, in the order in which they are run.

Where a request names none, the parts are run that cost at most ``CHEAP`` fits each.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from mmm.errors import Issue, QueryError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import Options
from mmm.posterior.trust.record import TrustRecord
from mmm.trust import (
    conformal,
    placebos,
    preview,
    prior_sensitivity,
    recovery,
    replayed,
    uncertainty,
)
from mmm.trust.backtest.part import BACKTEST
from mmm.trust.part import Cost, Part

type AnyPart = Part[Any, Any]

_ALL: tuple[AnyPart, ...] = (
    preview.PART,
    BACKTEST,
    conformal.PART,
    replayed.PART,
    uncertainty.PART,
    prior_sensitivity.PART,
    placebos.SHIFTED,
    placebos.FUTURE,
    recovery.PART,
)

PARTS: Mapping[str, AnyPart] = {part.name: part for part in _ALL}

CHEAP = 15
"""Fits that a part may cost at most to be run without having been asked for."""

type Asked = dict[str, Options]
"""Options of every part that is to be run, by name, in the order of ``PARTS``."""


def asked_parts(
    model: FittedModel,
    wanted: Mapping[str, Mapping[str, Any]] | None,
    record: TrustRecord | None = None,
    parts: Mapping[str, AnyPart] = PARTS,
) -> tuple[Asked, dict[str, Cost]]:
    """The parts to run with their options, and what each costs.

    ``wanted``: options by part; None: every cheap part that the model can be put to. A part that
    another one needs is run too, unless ``record`` has it. Raises QueryError naming every field of
    ``wanted`` that is wrong, and every part that cannot be run, by the reason.
    """
    if wanted is None:
        return _cheap(model, parts)
    issues = [
        Issue(pointer(name), "unknown", f"there is no part {name!r}; parts: {', '.join(parts)}")
        for name in wanted
        if name not in parts
    ]
    if issues:
        raise QueryError(issues)
    given: Asked = {}
    for name, document in wanted.items():
        try:
            given[name] = parts[name].options.model_validate(document)
        except ValidationError as error:
            issues += (
                Issue(pointer(name, *item["loc"]), str(item["type"]), str(item["msg"]))
                for item in error.errors(include_url=False)
            )
    if issues:
        raise QueryError(issues)
    asked = _with_needed(given, record or TrustRecord(), parts)
    costs: dict[str, Cost] = {}
    for name, options in asked.items():
        try:
            costs[name] = parts[name].cost(model, options)
        except QueryError as error:
            issues += (issue.under(pointer(name)) for issue in error.issues)
    if issues:
        raise QueryError(issues)
    return asked, costs


def _cheap(model: FittedModel, parts: Mapping[str, AnyPart]) -> tuple[Asked, dict[str, Cost]]:
    """The cheap parts that the model can be put to; raises QueryError where there is none."""
    asked: Asked = {}
    costs: dict[str, Cost] = {}
    issues: list[Issue] = []
    for name, part in parts.items():
        options = part.options()
        try:
            cost = part.cost(model, options)
        except QueryError as error:
            issues += (issue.under(pointer(name)) for issue in error.issues)
            continue
        if cost.fits <= CHEAP and set(part.needs) <= asked.keys():
            asked[name], costs[name] = options, cost
    if not asked:
        raise QueryError(issues)
    return asked, costs


def _with_needed(given: Asked, record: TrustRecord, parts: Mapping[str, AnyPart]) -> Asked:
    """``given`` with the parts that it needs and ``record`` lacks, in the order of ``parts``."""
    wanted = dict(given)
    open_names = list(given)
    while open_names:
        for need in parts[open_names.pop()].needs:
            if need not in wanted and need not in record.ran:
                wanted[need] = parts[need].options()
                open_names.append(need)
    return {name: wanted[name] for name in parts if name in wanted}
