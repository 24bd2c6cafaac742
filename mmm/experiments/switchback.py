"""Whether a channel acts so quickly that switching it week by week would tell its effect."""

from dataclasses import replace

from mmm.experiments.predicted_effect import PlannedTest, predicted_effect
from mmm.lift.worlds import spend_reach
from mmm.posterior.fitted import FittedModel

DRAWS = 50


def caught_in_its_week(model: FittedModel, test: PlannedTest) -> float:
    """The share of the effect of one week of ``test`` that comes in that week; 0 to 1."""
    few = model.thinned(DRAWS)
    reach = spend_reach(model.structure, model.structure.channels.index(test.channel))
    longest = min(reach, len(model.panel.weeks) - 1)
    now = predicted_effect(few, replace(test, weeks=1, cooldown=0))
    whole = predicted_effect(few, replace(test, weeks=1, cooldown=longest))
    at_once, later = float(now.lift.mean()), float(whole.lift.mean())
    return min(max(at_once / later, 0.0), 1.0) if later else 1.0
