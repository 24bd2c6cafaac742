"""Risk measures of a gain, one for each objective: their values, gradients and cuts."""

from optimizer.risk.gain import Gain
from optimizer.risk.measure import Measure, MeasureContext, MeasureEvaluation
from optimizer.risk.measures import measure_of

__all__ = ["Gain", "Measure", "MeasureContext", "MeasureEvaluation", "measure_of"]
