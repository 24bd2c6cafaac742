"""The separator of a CSV file: the mark that gives all rows the same number of cells."""

from collections import Counter
from collections.abc import Callable, Sequence

from mmm.tables.decisions import Decisions, ask, misfit
from mmm.tables.files.grid import Row
from mmm.tables.files.header import VALUE

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
SAMPLE = 200
"""Rows by which the separator is found; the others are checked against it as they are read."""
DECLARED = "sep="
"""With which a first line names the separator, as spreadsheet programs write it."""


def find_separator(rows_with: Callable[[str], Sequence[Row]], decisions: Decisions) -> str:
    """Decide the separator; ``rows_with(mark)`` are the first rows as they stand with ``mark``.

    Raises DataError where two separators fit, or where the given one is not in the file.
    """
    given = decisions.given.separator
    if given is not None:
        rows, mark = rows_with(SEPARATORS[given]), SEPARATORS[given]
        others = [name for name in SEPARATORS if _width(rows_with(SEPARATORS[name])) > 1]
        if rows and _width(rows) == 1 and others:
            misfit("separator", given, "no row of the file is cut by one")
        decisions.settle("separator", given, "as told")
        return mark
    samples = {name: rows_with(mark) for name, mark in SEPARATORS.items()}
    widths = {name: _width(rows) for name, rows in samples.items()}
    fitting = {name: rows for name, rows in samples.items() if widths[name] > 1 and _even(rows)}
    if not fitting:
        name = max(widths, key=lambda name: widths[name])
        sentence = f"a {name} cuts most rows"
        if widths[name] <= 1:
            name, sentence = "comma", "the file has one column"
        decisions.settle("separator", name, sentence)
        return SEPARATORS[name]
    whole = {name: rows for name, rows in fitting.items() if len(rows[0][1]) == widths[name]}
    scores = {name: _values(rows) for name, rows in (whole or fitting).items()}
    best = max(scores, key=lambda name: scores[name])
    tied = [name for name in scores if scores[name] == scores[best]]
    if len(tied) > 1:
        detail = f"the rows can be cut by a {tied[0]} or by a {tied[1]}"
        ask("separator", tied[0], detail)
    sentence = f"a {best} gives every row {widths[best]} cells"
    decisions.settle("separator", best, sentence)
    return SEPARATORS[best]


def _width(rows: Sequence[Row]) -> int:
    """The number of cells of most rows."""
    return Counter(len(row) for _, row in rows).most_common(1)[0][0] if rows else 0


def _even(rows: Sequence[Row]) -> bool:
    """Whether all rows have the usual width, but for titles above them."""
    widths = [len(row) for _, row in rows]
    usual = _width(rows)
    return all(width == usual for width in widths[widths.index(usual) :])


def _values(rows: Sequence[Row]) -> float:
    """The share of cells below the first row that are a number or a date."""
    cells = [cell for _, row in rows[1:] for cell in row if cell.strip()]
    return sum(VALUE.fullmatch(cell) is not None for cell in cells) / max(len(cells), 1)
