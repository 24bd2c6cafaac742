"""The part of a timeline that the kpi of some weeks depends on: what is before is not evaluated.

Nothing reaches the kpi after the longest delay of the model. Latent states follow from the whole
history whatever the timeline; those that fade need the last observed week, or the one before the
first, on it.
"""

from mmm.counterfactual.paths import longest_delay
from mmm.data.timeline import Variables, between
from mmm.posterior.fitted import FittedModel


def near(model: FittedModel, world: Variables, weeks: slice) -> tuple[Variables, slice]:
    """The part of ``world``, which begins with the observed weeks, and where ``weeks`` are in it.

    Expectations on ``weeks`` are the same by either; drawn states are not, for fewer are drawn.
    """
    ahead = weeks.start - longest_delay(model.structure) - 1
    first = max(min(ahead, len(model.panel.weeks) - 1), 0)
    return between(world, first, weeks.stop), slice(weeks.start - first, weeks.stop - first)
