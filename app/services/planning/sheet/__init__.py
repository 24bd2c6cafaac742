"""The planner's sheet: a plan as a table, by week or month, in and out again."""
