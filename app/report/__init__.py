"""The report about a fitted model: one self-contained HTML page."""

from app.report.page import render

__all__ = ["render"]
