"""How much a problem may hold: the maximum of each list, map and text.

There is room for plans of a thousand cells, with limits on every cell and on their sums by geo and
by week. What is computed from a list of limits takes memory in proportion to it.
"""

from typing import Annotated

from pydantic import Field

MOST_CHANNELS = 100
MOST_LIMITS = 200
"""Of groups, of ratios and of ramps."""
MOST_PLACES = 2_000
"""Of limits on geos and weeks."""
MOST_BUDGETS = 50
MOST_CONDITIONS = 20
MOST_POINTS = 50
LONGEST_NAME = 200
LONGEST_GEO = 403

ChannelName = Annotated[str, Field(max_length=LONGEST_NAME)]
GeoName = Annotated[str, Field(max_length=LONGEST_GEO)]
ChannelNames = Annotated[tuple[ChannelName, ...], Field(min_length=1, max_length=MOST_CHANNELS)]
