"""The model as it would have been fitted before an origin: nothing after the origin enters it.

The table of the weeks before the origin alone is checked, scaled and laid out anew: scales, knots,
reference windows of priors, averages of costs and numbers that stand between known ones are those
of its own weeks. What the specification knows only from later is left out: lift tests that ended
after the origin or have no date, and events without a week before it. The forecast takes spend,
prices, controls and mediators of the window as they came.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm.data.design import Design, design_of
from mmm.data.panel import Panel, build_panel
from mmm.data.panel_to_table import panel_to_table
from mmm.data.scales import scales_of
from mmm.posterior.fitted import FittedModel
from mmm.refit.append_weeks import continued_panel
from mmm.spec.lift_test import LiftTest
from mmm.spec.model import ModelSpec

WEEK = timedelta(weeks=1)


def design_before(model: FittedModel, weeks: int) -> Design:
    """The design of the first ``weeks`` weeks of the model's data, as if no others were known.

    Raises DataError or SpecError where these weeks alone carry no model.
    """
    origin = _origin(model.panel, weeks)
    spec = spec_before(model.spec, origin, model.panel.weeks[:weeks])
    table = _cut(table_of(model), model, weeks)
    panel = build_panel(table, spec, model.panel.recipe)
    scales = replace(scales_of(panel, spec), defaults=model.scales.defaults)
    return design_of(spec, panel, scales)


def table_of(model: FittedModel) -> pd.DataFrame:
    """The model's table, with its empty cells where a control is known in some weeks only."""
    table, panel = panel_to_table(model.panel, model.spec), model.panel
    if "known" not in panel.data:
        return table
    known = panel.array("known")
    for position, control in enumerate(model.spec.all_controls):
        if control.between is not None:
            cells = known[..., position].ravel() > 0.0
            table[control.column] = np.where(cells, table[control.column], np.nan)
    return table


def _cut(table: pd.DataFrame, model: FittedModel, weeks: int) -> pd.DataFrame:
    """The rows of the first ``weeks`` weeks; a table has one for each week and geo, in order."""
    return table.iloc[: weeks * len(model.panel.geos)]


def _origin(panel: Panel, weeks: int) -> date:
    return panel.weeks[weeks] if weeks < len(panel.weeks) else panel.weeks[-1] + WEEK


def spec_before(spec: ModelSpec, origin: date, weeks: tuple[date, ...]) -> ModelSpec:
    """``spec`` without what is known only from ``origin`` on; ``weeks``: those before it."""
    tests = [test for test in spec.lift_tests if _was_over(test, origin)]
    events = [event for event in spec.events if event.column or set(event.weeks) & set(weeks)]
    if len(tests) == len(spec.lift_tests) and len(events) == len(spec.events):
        return spec
    document = spec.model_dump(mode="json")
    document |= {
        "lift_tests": [test.model_dump(mode="json", exclude_unset=True) for test in tests],
        "events": [event.model_dump(mode="json") for event in events],
    }
    return ModelSpec.model_validate(document)


def _was_over(test: LiftTest, origin: date) -> bool:
    """Whether a test and its cool-down had ended before the origin; one without dates had not."""
    return test.end is not None and test.end + (1 + test.cooldown) * WEEK <= origin


@dataclass(frozen=True)
class Ahead:
    """A model fitted before an origin, with the weeks that came: ``panel`` goes on for ``weeks``
    weeks after the origin."""

    past: FittedModel
    panel: Panel
    weeks: int

    @property
    def window(self) -> slice:
        """Positions of the weeks after the origin in the panel."""
        return slice(len(self.past.panel.weeks), len(self.past.panel.weeks) + self.weeks)


def ahead_of(past: FittedModel, model: FittedModel, weeks: int) -> Ahead:
    """``past``, fitted before an origin on the first weeks of the data of ``model``, with up to
    ``weeks`` of the weeks that came.

    The weeks before the origin stay as ``past`` knows them.
    """
    known = len(past.panel.weeks)
    last = min(known + weeks, len(model.panel.weeks))
    came = continued_panel(past, _cut(table_of(model), model, last), past.spec).data
    parts = {
        str(name): values.isel(date=slice(known, None)) if "date" in values.dims else values
        for name, values in came.data_vars.items()
        if name in past.panel.data
    }
    both = {name: _joined(past.panel, name, values.to_numpy()) for name, values in parts.items()}
    data = came.assign(both).drop_vars([n for n in came.data_vars if n not in both])
    return Ahead(past, Panel(data), last - known)


def _joined(panel: Panel, name: str, later: NDArray[Any]) -> tuple[tuple[str, ...], NDArray[Any]]:
    before = panel.data[name]
    dims = tuple(str(dim) for dim in before.dims)
    if "date" not in dims:
        return dims, before.to_numpy()
    return dims, np.concatenate([before.to_numpy(), later], axis=dims.index("date"))
