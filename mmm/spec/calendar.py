"""Days that people give: within a calendar that leaves room for carryover, horizons and holidays.

Dates of tables are kept to the nanosecond, which reaches from 1677 to 2262; a question looks some
years back and ahead of its own days.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)

Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]

Begins = Annotated[
    Day | None,
    Field(
        alias="from",
        description="First week that the column has, where it begins later than the data. Cells "
        "before it are not read: spend is zero there, everything else at its mean.",
    ),
]
"""When a column begins that begins late."""
