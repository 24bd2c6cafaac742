"""Fits of the same model week by week: new weeks, kept scales, and how stable the answers are.

``append_weeks``, ``carry_scales`` and ``stability`` are in the modules of the same names.
"""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.refit.report import StabilityReport
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "StabilityReport": "mmm.refit.report",
        },
    )

__all__ = ["StabilityReport"]
