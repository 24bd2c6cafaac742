"""What-if questions to a fitted model, and their answers.

``answer`` answers a question; it is in the module of the same name.
"""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.counterfactual.question import Counterfactual, CounterfactualAnswer
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "Counterfactual": "mmm.counterfactual.question",
            "CounterfactualAnswer": "mmm.counterfactual.question",
        },
    )

__all__ = ["Counterfactual", "CounterfactualAnswer"]
