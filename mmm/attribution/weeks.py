"""The observed weeks: the KPI as it was and as the model fits it, and what each channel spent."""

import numpy as np

from mmm.attribution.answers import ObservedWeek, ObservedWeeks
from mmm.posterior.evaluate import mean_by_geo, with_noise
from mmm.posterior.fitted import FittedModel
from mmm.summarize import summarize


def observed_weeks(model: FittedModel) -> ObservedWeeks:
    """Every observed week, all geos together; ``fitted`` is predictive, noise included."""
    by_geo = mean_by_geo(model, model.design.observed)
    predictive = with_noise(model, by_geo, seed=0, memory=False).sum(-1)
    mean = by_geo.sum(-1).mean(0)
    kpi = model.panel.array("kpi").sum(1)
    spend = model.panel.array("spend").sum(1)[:, [*model.structure.paid]]
    names = model.structure.paid_channels
    return ObservedWeeks(
        unit=model.kpi_unit,
        weeks=tuple(
            ObservedWeek(
                week=week,
                kpi=float(kpi[t]) if np.isfinite(kpi[t]) else None,
                mean=float(mean[t]),
                predicted=summarize(predictive[:, t]),
                spend=dict(zip(names, spend[t].tolist(), strict=True)),
            )
            for t, week in enumerate(model.panel.weeks)
        ),
    )
