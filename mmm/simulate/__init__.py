"""Data that a model implies: the prior predictive, and worlds whose truth is known."""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.simulate.prior_predictive import simulate
    from mmm.simulate.worlds import make_world
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "make_world": "mmm.simulate.worlds",
            "simulate": "mmm.simulate.prior_predictive",
        },
    )

__all__ = ["make_world", "simulate"]
