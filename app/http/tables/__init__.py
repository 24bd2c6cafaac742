"""Answers as tables, by the ``Accept`` header of the call."""
