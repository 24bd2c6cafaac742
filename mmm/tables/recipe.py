"""A recipe: the words that say how a file becomes a weekly table, each with its evidence.

Reading a file decides the words that are not given; a recipe read once is given to the next file of
the same kind, which fits it or is refused by the word that it does not fit.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field

from mmm.spec.base import Column, Frozen
from mmm.spec.calendar import Day
from mmm.spec.sizes import LONGEST_NAME
from mmm.tables.formats import Format

MOST_NAMED = 10_000
"""Columns that a recipe may name; a table has its own limit."""
LONGEST_SENTENCE = 20_000
MOST_BESIDE = 20
"""Sheets joined to a table."""

MARKS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", ".": "point"}
MARKS |= {"": "none", " ": "space", "'": "apostrophe"}


def _mark_by_name(given: Any) -> Any:
    return MARKS.get(given, given) if isinstance(given, str) else given


_Mark = BeforeValidator(_mark_by_name)

Separator = Annotated[Literal["comma", "semicolon", "tab", "bar"], _Mark]
Decimal = Annotated[Literal["point", "comma"], _Mark]
Thousands = Annotated[Literal["none", "comma", "point", "space", "apostrophe"], _Mark]
DateForm = Literal[
    "year_first",
    "day_first",
    "month_first",
    "month_name",
    "iso_week",
    "year_and_week",
    "week_number",
    "month",
    "spreadsheet",
    "typed",
]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WeekRule = Literal["sum", "mean", "last", "max"]
Word = Annotated[str, Field(max_length=40)]
Sentence = Annotated[str, Field(max_length=LONGEST_SENTENCE)]
Key = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Columns = Annotated[tuple[Column, ...], Field(max_length=MOST_NAMED)]

WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class TableRecipe(Frozen):
    """How one table is read. A word left out is decided by its values."""

    format: Format | None = None
    encoding: str | None = Field(default=None, max_length=40, description="Of a CSV file.")
    separator: Separator | None = Field(
        default=None, description="Between the cells of a CSV file."
    )
    sheet: str | None = Field(default=None, max_length=200, description="Of a workbook.")
    header: int | None = Field(
        default=None, ge=1, le=1000, description="Line, or row of the sheet, with the names."
    )
    header_rows: Literal[1, 2] | None = Field(
        default=None,
        description="2: the names stand in two lines, a channel over its metrics or a name over "
        "its unit, and are joined.",
    )
    decimal: Decimal | None = Field(default=None, description="Mark before the decimals.")
    thousands: Thousands | None = Field(default=None, description="Mark between groups of digits.")
    signs: Annotated[tuple[Word, ...], Field(max_length=20)] | None = Field(
        default=None, description="Currency and percent signs beside numbers."
    )
    date: Column | None = Field(default=None, description="Column with the dates.")
    dates: DateForm | None = Field(default=None, description="How the dates are written.")
    year: Column | None = Field(default=None, description="Column with the years of week numbers.")
    first_week: Day | None = Field(
        default=None, description="First day of the first numbered week."
    )
    first_week_is: Word | None = Field(
        default=None,
        description="The fiscal week that began on first_week, as 2023-W1; the first of the file.",
    )
    week: Literal["starts", "ends"] | None = Field(
        default=None, description="Whether a date is the first or the last day of its week."
    )
    starts_on: Weekday | None = Field(default=None, description="First day of every week.")
    shape: Literal["wide", "long", "across"] | None = Field(
        default=None,
        description="long: a row for each date and variable; across: a column for each date.",
    )
    variable: Column | None = Field(
        default=None, description="Names of the variables, if long or across."
    )
    values: Columns | None = Field(default=None, description="Columns with numbers, if long.")
    keys: Columns | None = Field(
        default=None, description="Columns that tell rows of one date apart, such as the geo."
    )
    frequency: Literal["weekly", "daily", "monthly"] | None = Field(
        default=None, description="How often rows come; monthly only beside a weekly table."
    )
    weekly: Annotated[dict[Key, WeekRule], Field(max_length=MOST_NAMED)] | None = Field(
        default=None, description="How each column of daily rows was brought to weeks."
    )
    weights: Annotated[dict[Key, Key], Field(max_length=MOST_NAMED)] | None = Field(
        default=None, description="The column that weights the mean of another."
    )
    missing_days: Literal["zero"] | None = Field(
        default=None,
        description="zero: on a day without a row nothing happened: amounts are zero, and what is "
        "averaged is so over the other days of the week.",
    )
    missing_weeks: Literal["zero"] | None = Field(
        default=None,
        description="zero: in a week without a row nothing happened: amounts are zero, and prices, "
        "rates and levels stay empty.",
    )
    sparse: Columns | None = Field(
        default=None,
        description="Columns with a number in some weeks only, such as monthly ones; their other "
        "cells stay empty, and a specification says what they hold.",
    )
    yes_no: Columns | None = Field(
        default=None, description="Columns of yes and no, which are read as 1 and 0."
    )
    drop: Columns | None = Field(default=None, description="Columns that are left out.")
    evidence: Annotated[dict[Word, Sentence], Field(max_length=50)] = Field(
        default={}, description="Why each word was chosen."
    )
    left_out: Annotated[tuple[Sentence, ...], Field(max_length=1000)] = Field(
        default=(), description="Rows that are not in the table."
    )

    @property
    def words(self) -> dict[str, Any]:
        """The words that are set."""
        fields = (name for name in type(self).model_fields if name not in REPORT)
        return {name: value for name in fields if (value := getattr(self, name)) is not None}

    def decided_beyond_usual(self, word: str) -> bool:
        """Whether a word says more than it does of a plain file."""
        usual = USUAL.get(word)
        return getattr(self, word) not in (usual or (None,)) and usual != ANY

    def for_format(self, kind: Format) -> Self:
        """The words that hold for a file of ``kind``: how a file of another format writes its cells
        says nothing of this one."""
        words = self.words
        if self.format not in (None, kind):
            words = {name: value for name, value in words.items() if name not in OF_THE_FILE}
        return type(self).model_validate(words)

    def continued_by(self, other: "TableRecipe", kind: Format) -> Self:
        """The recipe of a next file of ``kind``: its own words ``other``, then these."""
        return self.for_format(kind).with_words(other)

    def with_words(self, other: "TableRecipe") -> Self:
        """This recipe with the words of ``other`` in place of its own."""
        return type(self).model_validate(self.words | other.words)


def _sheets_by_name(given: Any) -> Any:
    names = [given] if isinstance(given, str) else given
    return {name: {} for name in names} if isinstance(names, list | tuple) else names


class Recipe(TableRecipe):
    """How a file is read, and the tables beside it. A word left out is decided by the values."""

    with_sheets: (
        Annotated[
            dict[Key, TableRecipe], Field(max_length=MOST_BESIDE), BeforeValidator(_sheets_by_name)
        ]
        | None
    ) = Field(
        default=None,
        description="Other sheets of the workbook, joined to the table by date, each with its own "
        "recipe; their rows may be monthly.",
    )
    with_file: TableRecipe | None = Field(
        default=None, description="A second file, joined to the table by date, and its recipe."
    )


REPORT = ("evidence", "left_out")
"""What a recipe tells about a file that was read; no file is read by it."""
OF_THE_FILE = (
    "format",
    "encoding",
    "separator",
    "sheet",
    "header",
    "header_rows",
    "decimal",
    "thousands",
    "signs",
    "yes_no",
    "dates",
)
"""The words about how a file is written, which differ between formats."""
ANY: tuple[Any, ...] = ()
USUAL: dict[str, tuple[Any, ...]] = {
    "format": ANY,
    "encoding": (None, "utf-8"),
    "separator": (None, "comma"),
    "header": (None, 1),
    "decimal": (None, "point"),
    "thousands": (None, "none"),
    "date": ANY,
    "dates": (None, "year_first", "typed"),
    "week": (None, "starts"),
    "starts_on": (None, "monday"),
    "shape": (None, "wide"),
    "frequency": (None, "weekly"),
}
"""What goes without saying of a plain file."""


def written_recipe() -> Recipe:
    """How this package writes weekly tables, so that they are read back without a doubt."""
    return Recipe(
        format="csv",
        encoding="utf-8",
        separator="comma",
        header=1,
        decimal="point",
        thousands="none",
        dates="year_first",
        week="starts",
        shape="wide",
        frequency="weekly",
    )
