"""The posterior: draws, the fitted model with its verdict, and its evaluation on any weeks."""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.posterior.fitted import FittedModel, load_model, save_model
    from mmm.posterior.verdict import Verdict
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "FittedModel": "mmm.posterior.fitted",
            "Verdict": "mmm.posterior.verdict",
            "load_model": "mmm.posterior.fitted",
            "save_model": "mmm.posterior.fitted",
        },
    )

__all__ = ["FittedModel", "Verdict", "load_model", "save_model"]
