"""Rows of days, or of numbered weeks, become rows of weeks with dates."""
