"""Contributions: the decomposition of the fitted mean, with every channel's return."""

from datetime import date

import numpy as np

from mmm.attribution.answers import Breakdown, Component, ContributionReport
from mmm.attribution.decomposition import component_draws, component_labels
from mmm.attribution.returns import channel_returns
from mmm.data.kpi_value import return_unit
from mmm.posterior.evaluate import Evaluation, evaluate
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize
from mmm.types import Array


def contributions(model: FittedModel, by: Breakdown = "total") -> ContributionReport:
    """Decomposition of the observed weeks by total, week or geo, with every channel's return."""
    names = component_labels(model)
    draws = contribution_draws(model, by)
    total = draws.sum(1, keepdims=True)
    share = draws / np.where(total == 0.0, np.nan, total)
    rows = [
        Component(
            name=name,
            kind=kind,
            **place,
            contribution=summarize(draws[:, row, cell]),
            share=summarize(share[:, row, cell]),
        )
        for cell, place in enumerate(_places(model, by))
        for row, (name, kind) in enumerate(names)
    ]
    return ContributionReport(
        unit=model.kpi_unit,
        roi_unit=return_unit(model.spec),
        by=by,
        components=tuple(rows),
        channels=tuple(channel_returns(model)),
        evidence=model.evidence.grades() if model.evidence else None,
    )


def contribution_draws(model: FittedModel, by: Breakdown) -> Array:
    """(draw, row, cell) contributions in KPI units; cells: one total, weeks or geos."""
    axes = {"total": (-2, -1), "week": (-1,), "geo": (-2,)}[by]

    def rows(evaluation: Evaluation) -> Array:
        parts = list(component_draws(model, evaluation))
        reduced = np.stack([part.sum(axes) for part in parts], axis=1)
        return reduced.reshape(*reduced.shape[:2], -1)

    return evaluate(model, model.design.observed, rows)


def _places(model: FittedModel, by: Breakdown) -> list[dict[str, date | str]]:
    if by == "week":
        return [{"week": week} for week in model.panel.weeks]
    return [{"geo": geo} for geo in model.panel.geos] if by == "geo" else [{}]
