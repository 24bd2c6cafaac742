"""Labels of a told plan, by the words of its document."""

from typing import Final

from app.contract.sharing.told_plan import Counted, Group, Standing

EXTRA: Final[dict[Counted, str]] = {
    "profit": "Extra profit",
    "revenue": "Extra revenue, less what it costs",
    "sales": "Extra sales",
    "units": "Extra sales",
}
BESIDE: Final = {
    "last_year": "the same weeks of last year",
    "last_weeks": "the last weeks",
    "given": "the plan that was given",
}
DOUBTS: Final[dict[Standing, str]] = {
    "ready": "",
    "draft": "The model behind this plan is a draft: look at it, but decide by a full one.",
    "stopped": "The model behind this plan was stopped early, so its ranges are rough.",
    "not_ready": "The model behind this plan failed its checks: a plan from it could lose money.",
}
CHANGED: Final[dict[Group, str]] = {
    "do_now": "Changed, and defended",
    "test_first": "Changed by this plan",
    "hold": "Hold",
}
"""The headings of a plan that loses against today's."""
