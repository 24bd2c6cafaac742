"""Rivals as they are asked for: by a named edit, a patch, or a whole specification; checked.

Everything that can be refused is, before anything is fitted: an edit that is not known, a column
that the model's data do not have, a rival that is the same model as another, too few weeks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmm.data.design import Design, design_of
from mmm.data.panel import build_panel
from mmm.data.scales import scales_of
from mmm.errors import DataError, Issue, QueryError, SpecError, pointer
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import BacktestOptions
from mmm.spec.model import ModelSpec, parse_spec
from mmm.trust.backtest.before import table_of
from mmm.trust.backtest.origins import cost_of
from mmm.trust.rivals.edits import edited, patched


@dataclass(frozen=True)
class AskedRival:
    """A rival by exactly one of an ``edit``, a ``patch`` and a whole ``spec``."""

    name: str
    edit: str | None = None
    patch: Mapping[str, Any] | None = None
    spec: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Rival:
    """A rival specification; ``differs`` says from the first model how, ``because`` what speaks for
    it where it was proposed."""

    name: str
    differs: str
    spec: ModelSpec
    because: str = ""


def rivals_of(model: FittedModel, asked: Sequence[AskedRival]) -> list[Rival]:
    """The rivals of ``model``; raises QueryError naming every one that cannot be, and why."""
    found: list[Rival] = []
    issues: list[Issue] = []
    for k, each in enumerate(asked):
        try:
            rival = Rival(each.name, "", _spec(model.spec, each))
            rival = Rival(rival.name, each.edit or differing(model.spec, rival.spec), rival.spec)
            _require_other(model.spec, found, rival)
            design_for(model, rival.spec)
        except (QueryError, SpecError, DataError) as error:
            issues += (issue.under(pointer("rivals", k)) for issue in error.issues)
            continue
        found.append(rival)
    if issues:
        raise QueryError(issues)
    return found


def read_rivals(
    model: FittedModel, documents: Sequence[Mapping[str, Any]], fitted: Mapping[str, FittedModel]
) -> list[Rival]:
    """The rivals of ``documents``, checked before, and those among ``fitted``, whose first is the
    model itself."""
    given = [Rival(**{**each, "spec": parse_spec(each["spec"])}) for each in documents]
    others = list(fitted.items())[1:]
    return given + [Rival(n, differing(model.spec, other.spec), other.spec) for n, other in others]


def fits_of(
    model: FittedModel, rivals: Sequence[ModelSpec], options: BacktestOptions, simulations: int
) -> int:
    """How many models a comparison fits; raises QueryError for too few weeks."""
    origins = cost_of(model, options).fits
    models = len(rivals) + 1
    return len(rivals) + models * origins + simulations * models


def design_for(model: FittedModel, spec: ModelSpec) -> Design:
    """The design of ``spec`` on the data of ``model``; raises DataError, and QueryError for columns
    that the model was not fitted with."""
    table = table_of(model)
    missing = [(c, where) for c, where in spec.column_pointers if c not in table.columns]
    if missing:
        detail = "the model's data have no column {!r}: fit a model with it, and compare by its id"
        raise QueryError(
            Issue("/model" + where, "unknown_column", detail.format(column))
            for column, where in missing
        )
    panel = build_panel(table, spec, model.panel.recipe)
    return design_of(spec, panel, scales_of(panel, spec))


def differing(one: ModelSpec, other: ModelSpec) -> str:
    """The fields in which two specifications differ, by name."""
    first, second = one.model_dump(mode="json"), other.model_dump(mode="json")
    names = [name for name in first if first[name] != second[name]]
    return "other " + ", ".join(names) if names else "nothing"


def _spec(base: ModelSpec, asked: AskedRival) -> ModelSpec:
    if asked.edit is not None:
        return edited(base, asked.edit)
    if asked.patch is not None:
        return patched(base, asked.patch)
    return parse_spec(dict(asked.spec or {}))


def _require_other(base: ModelSpec, before: Sequence[Rival], rival: Rival) -> None:
    """Raise QueryError for a rival that is the model itself, or another rival."""
    if rival.spec == base:
        detail = f"{rival.name!r} is the same model as the one it is compared with"
        raise QueryError([Issue("", "same_model", detail)])
    for other in before:
        if other.spec == rival.spec:
            detail = f"{rival.name!r} is the same model as {other.name!r}"
            raise QueryError([Issue("", "same_model", detail)])
