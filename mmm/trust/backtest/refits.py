"""Refits of one structure after another with the code of the last, where that serves."""

from collections.abc import Callable

from mmm.data.design import Design
from mmm.errors import DataError
from mmm.inference.compiled import Compiled, compile_model
from mmm.inference.fit import fit_compiled
from mmm.posterior.fitted import FittedModel
from mmm.progress import ProgressCallback
from mmm.spec.sampling import SamplingSpec

OTHER_CODE = {"other_size", "other_structure"}
"""Codes of the issues for which a design needs code of its own."""


class Refits:
    """Fits designs; compiled is what the code at hand does not serve."""

    def __init__(self) -> None:
        self._compiled: Compiled | None = None
        self.compilations = 0

    def fit(
        self,
        design: Design,
        sampling: SamplingSpec,
        report: ProgressCallback | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> FittedModel:
        """Fit ``design``, without evidence; raises what a fit raises."""
        if self._compiled is not None:
            try:
                return fit_compiled(
                    self._compiled, design, sampling, report, stop=stop, evidence=False
                )
            except DataError as error:
                if not {issue.code for issue in error.issues} <= OTHER_CODE:
                    raise
        self._compiled = None  # the memory of one code at a time
        self._compiled = compile_model(design)
        self.compilations += 1
        return fit_compiled(self._compiled, design, sampling, report, stop=stop, evidence=False)
