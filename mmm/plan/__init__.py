"""A posterior as the response to a plan, which the optimizer takes, and plan versus actual."""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.plan.horizon import Horizon
    from mmm.plan.response import plan_response
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "Horizon": "mmm.plan.horizon",
            "plan_response": "mmm.plan.response",
        },
    )

__all__ = ["Horizon", "plan_response"]
