"""A causal, Bayesian marketing-mix model: the names that a notebook needs, loaded on first use.

The whole way is ``read_table``, ``parse_spec``, ``build_panel``, ``design_of`` and ``fit``, then
questions to the fitted model: ``contributions``, ``answer``, ``plan_response``.
"""

from typing import TYPE_CHECKING

from mmm.lazy import lazy_names

if TYPE_CHECKING:
    from mmm.attribution.contributions import contributions
    from mmm.counterfactual.answer import answer
    from mmm.counterfactual.question import Counterfactual
    from mmm.data.design import Design, design_of
    from mmm.data.panel import build_panel
    from mmm.plan.horizon import Horizon
    from mmm.plan.response import plan_response
    from mmm.posterior.fitted import FittedModel, load_model, save_model
    from mmm.progress import ProgressCallback
    from mmm.simulate.worlds import make_world
    from mmm.spec.model import parse_spec
    from mmm.spec.sampling import SamplingSpec
    from mmm.tables.read import read_table
else:
    __getattr__ = lazy_names(
        __name__,
        {
            "Counterfactual": "mmm.counterfactual.question",
            "Horizon": "mmm.plan.horizon",
            "SamplingSpec": "mmm.spec.sampling",
            "answer": "mmm.counterfactual.answer",
            "build_panel": "mmm.data.panel",
            "contributions": "mmm.attribution.contributions",
            "design_of": "mmm.data.design",
            "load_model": "mmm.posterior.fitted",
            "make_world": "mmm.simulate.worlds",
            "parse_spec": "mmm.spec.model",
            "plan_response": "mmm.plan.response",
            "read_table": "mmm.tables.read",
            "save_model": "mmm.posterior.fitted",
        },
    )

__all__ = [
    "Counterfactual",
    "Horizon",
    "SamplingSpec",
    "answer",
    "build_panel",
    "contributions",
    "design_of",
    "fit",
    "load_model",
    "make_world",
    "parse_spec",
    "plan_response",
    "read_table",
    "save_model",
]


def fit(
    design: "Design",
    sampling: "SamplingSpec | None" = None,
    progress: "ProgressCallback | None" = None,
) -> "FittedModel":
    """Fit the model of a design to its panel; deterministic by seed on one machine.

    ``progress`` is told the stage and the draws done. The first call loads PyMC, which takes
    seconds. Raises SamplingError where the method or the backend cannot make the draws.
    """
    from mmm.inference.fit import fit as fit_design

    return fit_design(design, sampling, progress)
