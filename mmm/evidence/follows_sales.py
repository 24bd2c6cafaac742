"""Whether spend follows sales: those of the week before, or as a share of the same week's.

*Last week's.* The graph claims that last week's KPI and this week's budget are independent given
what both depend on; the test is that of ``causal.independence_tests``.

*A share of sales* (affiliate commissions, retailer programmes). Where spend causes sales, it has
nothing to do with the other causes of sales, except where somebody budgets by them; where sales
cause spend, all causes of sales move it, and only through sales. So, over active weeks, with logs
and the functions of the date held,

    spend ~ c * rest            the rest of the fitted mean, without the channel: c about zero where
                                spend causes sales, about one where it is a share of them
    spend ~ a * kpi + b * rest  b about -a where spend causes sales (kpi less rest is its effect);
                                b about zero where sales cause spend

Spend is called a share of sales where c is above zero beyond chance and within a half of one, a is
above zero beyond doubt, and b is nearer to zero than to -a.
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from mmm.posterior.fitted import FittedModel
from mmm.types import Array

BEYOND_DOUBT = 3.0
"""How many standard errors the coefficient of the KPI has to be above zero."""

LEAST_WEEKS_PER_COLUMN = 3


class ShareOfSales(NamedTuple):
    """Test of whether spend is a share of sales: p-value for the rest of the mean, whether the
    form is that of a share, and spend per unit of the KPI."""

    p_value: float
    shaped_so: bool
    share: float


def share_of_sales(
    model: FittedModel, channel: int, rest: Array, background: Array
) -> ShareOfSales | None:
    """Whether a channel's spend is a share of sales; None for too few active weeks.

    ``rest (week,)``: fitted mean without the channel, over all geos, in KPI units. ``background
    (column, week)``: the functions of the date.
    """
    spend = model.panel.array("spend")[:, :, channel].sum(1)
    kpi = model.panel.array("kpi").sum(1)
    active = (spend > 0.0) & (kpi > 0.0) & (rest > 0.0)
    columns = np.vstack([np.ones(len(spend)), background])[:, active]
    columns = columns[np.ptp(columns, axis=1) > 0.0]
    columns = np.vstack([np.ones(int(active.sum())), columns])
    if active.sum() < LEAST_WEEKS_PER_COLUMN * (len(columns) + 3):
        return None
    log_spend, log_kpi, log_rest = (np.log(values[active]) for values in (spend, kpi, rest))
    alone, t_rest, freedom = _last_coefficient(log_spend, [*columns, log_rest])
    on_kpi, t_kpi, _ = _last_coefficient(log_spend, [*columns, log_rest, log_kpi])
    on_rest, _, _ = _last_coefficient(log_spend, [*columns, log_kpi, log_rest])
    return ShareOfSales(
        p_value=float(stats.t.sf(t_rest, freedom)),
        shaped_so=t_kpi > BEYOND_DOUBT and on_rest > -0.5 * on_kpi and abs(alone - 1.0) < 0.5,
        share=float(spend[active].sum() / kpi[active].sum()),
    )


def _last_coefficient(target: Array, columns: list[Array]) -> tuple[float, float, int]:
    """Least-squares coefficient of the last of ``columns``, its t, and the degrees of freedom."""
    others = np.stack(columns[:-1]).T
    own = columns[-1] - others @ np.linalg.lstsq(others, columns[-1])[0]
    left = target - others @ np.linalg.lstsq(others, target)[0]
    size = float(own @ own)
    freedom = len(target) - len(columns)
    if not size > 1e-12 * float(columns[-1] @ columns[-1]):
        return 0.0, 0.0, freedom
    value = float(own @ left) / size
    variance = float(np.sum((left - value * own) ** 2)) / freedom / size
    return value, value / np.sqrt(variance) if variance > 0.0 else np.inf, freedom
