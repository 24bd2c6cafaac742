"""A told plan for people without access: one HTML page or file, and one slide."""

from app.report.plan.page import ended, notice, page, policy
from app.report.plan.slide import slide

__all__ = ["ended", "notice", "page", "policy", "slide"]
