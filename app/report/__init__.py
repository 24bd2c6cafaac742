"""The report about a fitted model: one self-contained HTML page, without a script."""

from app.report.asked import Asker, NoPlan, PlanStory, plan_story, usual_story
from app.report.page import render

__all__ = ["Asker", "NoPlan", "PlanStory", "plan_story", "render", "usual_story"]
