"""The origins that a backtest takes, and what they cost."""

from mmm.data.panel_checks import MIN_WEEKS, parameter_count
from mmm.errors import Issue, QueryError
from mmm.posterior.fitted import FittedModel
from mmm.posterior.trust.options import USUAL_ORIGINS, BacktestOptions
from mmm.trust.backtest.joint_score import require_scored
from mmm.trust.backtest.naive import NEEDED
from mmm.trust.part import Cost


def origins_of(model: FittedModel, options: BacktestOptions) -> tuple[int, ...]:
    """How many weeks are known at each origin, oldest first.

    Raises QueryError where the data are too short for the origins asked for, or for any.
    """
    weeks = len(model.panel.weeks)
    needed = max(NEEDED, MIN_WEEKS, parameter_count(model.spec))
    newest = weeks - options.longest
    possible = max(0, (newest - needed) // options.every + 1)
    asked = options.origins
    if possible == 0 or (asked is not None and asked > possible):
        detail = (
            f"the data have {weeks} weeks; an origin needs {needed} weeks before it and "
            f"{options.longest} after it, so they have {possible} origins {options.every} weeks "
            f"apart"
        )
        detail += f", not {asked}" if asked is not None else ": wait for more weeks"
        where = "" if asked is None else "/origins"
        raise QueryError([Issue(where, "too_few_weeks", detail)])
    count = min(possible, asked or USUAL_ORIGINS)
    return tuple(newest - options.every * back for back in range(count - 1, -1, -1))


def cost_of(model: FittedModel, options: BacktestOptions) -> Cost:
    """One fit for each origin and one compilation; raises QueryError."""
    require_scored(model)
    return Cost(fits=len(origins_of(model, options)), compilations=1)
