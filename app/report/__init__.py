"""The report: one self-contained HTML page about a fitted model."""

from app.report.page import render

__all__ = ["render"]
