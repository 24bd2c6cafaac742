"""Figures of a model's answers, for notebooks; they need Plotly, the extra ``plots``.

``model.plot`` draws what a fitted model says. The functions here draw the same answers wherever
they come from, such as those of the service's client.
"""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.plots.curves import curves_figure
    from mmm.plots.past import decomposition_figure, fit_figure, returns_figure, waterfall_figure
    from mmm.plots.plan import plan_figure
else:
    _PAST = ("decomposition_figure", "fit_figure", "returns_figure", "waterfall_figure")
    __getattr__ = lazy_names(
        __name__,
        {
            **dict.fromkeys(_PAST, "mmm.plots.past"),
            "curves_figure": "mmm.plots.curves",
            "plan_figure": "mmm.plots.plan",
        },
    )

__all__ = [
    "curves_figure",
    "decomposition_figure",
    "fit_figure",
    "plan_figure",
    "returns_figure",
    "waterfall_figure",
]
