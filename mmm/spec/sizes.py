"""How much of everything a document may hold: the maximum of each list, map and text.

They are far above what a market has, and bound the work before it begins: what is computed from a
list takes memory in proportion to it.
"""

from typing import Annotated

from pydantic import Field

MOST_CHANNELS = 100
MOST_CONTROLS = 200
MOST_PARTS = 50
"""Of competitors, mediators, events, interactions and groups of channels."""
MOST_EDGES = 500
MOST_GEOS = 2_000
LONGEST_HORIZON = 104
"""Weeks of a plan."""
MOST_WEEKS = 260
"""Of other lists with one number per week."""
MOST_LISTED_WEEKS = 520
"""Of an event that is given by its weeks."""
MOST_HOLIDAYS = 200
LONGEST_HOLIDAY_WINDOW = 6
"""Weeks before or after a holiday that have an effect of their own."""
MOST_LIFT_TESTS = 200
MOST_LIFT_NUMBERS = 200_000
"""Numbers by week, and by geo and week, of all lift tests of a model together."""
MOST_INTERVENTIONS = 100
MOST_VARIABLES = 500
MOST_SCENARIOS = 20
MOST_MIXED = 6
"""Models of a mixture, each of which is evaluated for every plan."""
MOST_FUTURE_NUMBERS = 100_000
"""Of all futures of a plan together, those of its scenarios included."""
LONGEST_NAME = 200
LONGEST_VARIABLE = LONGEST_NAME + len(".price")
LONGEST_GEO = 2 * LONGEST_NAME + len(" | ")
"""A geo of a model with products is named ``<geo> | <product>``."""

VariableName = Annotated[str, Field(min_length=1, max_length=LONGEST_VARIABLE)]
"""A variable or node by its name; that of a competitor has ``.price`` or ``.spend`` after it."""

GeoName = Annotated[str, Field(max_length=LONGEST_GEO)]
