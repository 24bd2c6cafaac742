"""What each channel brought: contributions, returns on spend and response curves.

``contributions`` and ``response_curves`` compute these reports, in the modules of the same names.
"""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.attribution.answers import ContributionReport, ResponseCurves
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "ContributionReport": "mmm.attribution.answers",
            "ResponseCurves": "mmm.attribution.answers",
        },
    )

__all__ = ["ContributionReport", "ResponseCurves"]
