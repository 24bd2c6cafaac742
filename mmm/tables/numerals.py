"""Numbers as people write them: which mark is the decimal one, which groups digits, which signs.

Every cell of every column of numbers is matched against each form; the form that fits all of them
is theirs. A cell such as ``1,234`` fits two; where no other value decides, the file is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mmm.errors import DataError, Issue
from mmm.tables.decisions import Decisions, ask, misfit
from mmm.tables.place import place, quoted

MARK = {"comma": ",", "point": ".", "space": " ", "apostrophe": "'", "none": ""}
type Form = tuple[str, str]
"""The decimal mark and the one between groups of digits, by their names."""
FORMS: tuple[Form, ...] = (
    ("point", "none"),
    ("comma", "none"),
    ("point", "comma"),
    ("comma", "point"),
    ("point", "space"),
    ("comma", "space"),
    ("point", "apostrophe"),
    ("comma", "apostrophe"),
)
SIGN = (
    r"[$€£¥₹₽₺₴₩₪₫₱฿₦%円元원]|(?:US|CA|AU|NZ|HK|A|C|R|S)\$|USD|EUR|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK"
    r"|HUF|AUD|CAD|INR|BRL|MXN|ZAR|TRY|RON|Fr\.|kr\.?|zł|Kč|Ft|Rs\.?|lei"
)
_SPACE = r"[ \x{a0}\x{202f}\x{2009}\t]"
_CORE = rf"\d(?:(?:[\d.,'’]|{_SPACE})*\d)?[.,]?|[.,]\d+"
_NUMERAL = (
    rf"^(?P<open>\()?{_SPACE}*(?:(?P<minus>[-−–+])?{_SPACE}*(?P<sign>{SIGN})?"
    rf"|(?P<money>{SIGN}){_SPACE}*(?P<inner>[-−–+])){_SPACE}*(?P<core>{_CORE})(?P<power>[eE][+-]?\d+)?{_SPACE}*"
    rf"(?P<after>{SIGN})?(?P<behind>[-−])?(?P<close>\))?$"
)
PLAIN = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


@dataclass(frozen=True)
class Numerals:
    """The parts of a column's text cells: ``core`` digits and marks, null where it is no number."""

    name: str
    texts: pa.Array
    core: pa.Array
    parts: pa.Array
    plain: bool

    def fits(self, form: Form) -> bool:
        """Whether all numbers of the column can be read in ``form``."""
        return bool(pc.all(pc.match_substring_regex(self.core, pattern(form))).as_py())

    def has(self, mark: str) -> bool:
        """Whether a number of the column has the mark."""
        return bool(pc.any(pc.match_substring(self.core, MARK[mark])).as_py())


def pattern(form: Form) -> str:
    """The regular expression of digits and marks in ``form``; groups may be of two, as in India."""
    decimal, group = (rf"\x{{{ord(MARK[name]):x}}}" if MARK[name] else "" for name in form)
    whole = rf"(?:\d+|\d{{1,3}}(?:{group}\d{{2,3}})*{group}\d{{3}})" if group else r"\d+"
    return rf"^(?:{whole}(?:{decimal}\d*)?|{decimal}\d+)$"


def numeral_columns(frame: pd.DataFrame, without: Sequence[str]) -> list[Numerals]:
    """The columns of which more than half of the text cells are numbers, however written."""
    found = (numerals(frame, str(name)) for name in frame.columns if name not in without)
    return [column for column in found if column is not None]


def numerals(frame: pd.DataFrame, name: str) -> Numerals | None:
    """The parts of a column's numbers; None for a column of other things."""
    texts = _texts(frame[name].tolist())
    if texts is None:
        return None
    texts = pc.utf8_trim_whitespace(texts)
    blank = pc.equal(texts, "")
    texts = pc.if_else(blank, pa.scalar(None, pa.string()), texts)
    filled = len(texts) - texts.null_count
    if not filled:
        return None
    plain = pc.match_substring_regex(texts, PLAIN)
    if pc.all(plain).as_py():
        core = pc.replace_substring_regex(texts, r"^[+-]|[eE].*$", "")
        return Numerals(name, texts, core, texts, plain=True)
    parts = pc.extract_regex(texts, _NUMERAL)
    both = pc.and_(*(pc.not_equal(pc.struct_field(parts, n), "") for n in ("minus", "behind")))
    parts = pc.if_else(both, pa.scalar(None, parts.type), parts)
    if 2 * (len(parts) - parts.null_count) <= filled:
        return None
    core = pc.replace_substring(pc.struct_field(parts, "core"), "’", "'")
    core = pc.replace_substring_regex(core, _SPACE, " ")
    return Numerals(name, texts, core, parts, plain=False)


def _texts(cells: list[Any]) -> pa.Array | None:
    """The cells that are text, null where they are not; None where any is no valid text."""
    try:
        return pa.array(cells, pa.string())
    except UnicodeEncodeError:
        return None
    except (pa.ArrowException, TypeError):
        only = [cell if isinstance(cell, str) else None for cell in cells]
    try:
        return pa.array(only, pa.string())
    except UnicodeEncodeError:
        return None


def settle_form(
    frame: pd.DataFrame, columns: Sequence[Numerals], decisions: Decisions
) -> Form | None:
    """Decide the marks of all numbers; None where no number has one.

    Raises DataError where two forms fit and differ, or where two columns are written differently.
    """
    columns = [column for column in columns if any(column.fits(form) for form in FORMS)]
    seen = [mark for mark in ("point", "comma", "space", "apostrophe") if _seen(columns, mark)]
    given = _given_form(columns, seen, decisions, frame)
    if given is not None or not seen:
        return given
    possible = [form for form in FORMS if _needs(form, seen)]
    fitting = [form for form in possible if all(column.fits(form) for column in columns)]
    if not fitting:
        _refuse_conflict(frame, columns)
    if len(fitting) > 1:
        fitting = _by_small_numbers(columns, fitting)
    if len(fitting) > 1:
        _ask_mark(frame, columns, fitting)
    form = fitting[0]
    _settle(form, columns, seen, decisions)
    return form


def _seen(columns: Sequence[Numerals], mark: str) -> bool:
    return any(column.has(mark) for column in columns)


def _needs(form: Form, seen: Sequence[str]) -> bool:
    """Whether a form has a use for every mark that was seen, and groups by no other mark."""
    decimal, group = form
    usual = decimal in seen or decimal == "point" or group == "point"
    return set(seen) <= set(form) and (group == "none" or group in seen) and usual


def _given_form(
    columns: Sequence[Numerals], seen: Sequence[str], decisions: Decisions, frame: pd.DataFrame
) -> Form | None:
    decimal, group = decisions.given.decimal, decisions.given.thousands
    if decimal is None and group is None:
        return None
    if decimal is None:
        decimal = "comma" if group == "point" else "point"
    if group is None:
        other: Mapping[str, str] = {"point": "comma", "comma": "point"}
        marks = [mark for mark in (other[decimal], "space", "apostrophe") if mark in seen]
        group = marks[0] if marks else "none"  # type: ignore[assignment]
    form = (decimal, group or "none")
    for column in columns:
        if not column.fits(form):
            row = _first_not(column, form)
            detail = f"{place(frame, row)}, column {column.name!r}, has {_cell(column, row)}"
            misfit("decimal", decimal, detail)
    decisions.settle("decimal", decimal, "as told")
    decisions.settle("thousands", group, "as told" if decisions.given.thousands else "as seen")
    return form


def _by_small_numbers(columns: Sequence[Numerals], forms: Sequence[Form]) -> list[Form]:
    """Drop the forms that read a mark before three digits as the decimal one, where that cannot be.

    Numbers written with three decimals each would all have the mark; written with as many as they
    need, none would end in zero.
    """
    kept = list(forms)
    for decimal, group in forms:
        for column in columns:
            marked = pc.match_substring(column.core, MARK[decimal])
            whole = pc.match_substring_regex(column.core, r"^[1-9]\d{0,2}$")
            zero = pc.match_substring_regex(column.core, rf"\x{{{ord(MARK[decimal]):x}}}\d\d0$")
            longer = pc.match_substring_regex(column.core, r"^\d{4,}$")
            if (
                pc.any(pc.and_(marked, zero)).as_py()
                and pc.any(whole).as_py()
                and not pc.any(longer).as_py()
                and (decimal, group) in kept
                and len(kept) > 1
            ):
                kept.remove((decimal, group))
    return kept


def _settle(
    form: Form, columns: Sequence[Numerals], seen: Sequence[str], decisions: Decisions
) -> None:
    decimal, group = form
    cells = sum(len(column.core) - column.core.null_count for column in columns)
    with_group = sum(_count(column, MARK[group]) for column in columns) if group in seen else 0
    if decimal in seen:
        count = sum(_count(column, MARK[decimal]) for column in columns)
        fits = (
            f"{count} of {cells} numbers have a {decimal}; all are numbers only if decimals follow"
        )
        decisions.settle("decimal", decimal, fits)
    else:
        decisions.settle("decimal", decimal, f"the {group}s only group digits")
    groups = f"{with_group} of {cells} numbers have a {group} between groups of digits"
    decisions.settle("thousands", group, groups if with_group else "no digits are grouped")


def _count(column: Numerals, mark: str) -> int:
    return int(pc.sum(pc.match_substring(column.core, mark)).as_py() or 0)


def _first_not(column: Numerals, form: Form) -> int:
    matches = pc.fill_null(pc.match_substring_regex(column.core, pattern(form)), True)
    return int(pc.index(matches, False).as_py())


def _cell(column: Numerals, row: int) -> str:
    return quoted(column.texts[row].as_py())


def _refuse_conflict(frame: pd.DataFrame, columns: Sequence[Numerals]) -> None:
    """Refuse a file whose numbers no single form fits, with two that contradict each other."""
    fitted = [{form for form in FORMS if column.fits(form)} for column in columns]
    for column, forms in zip(columns, fitted, strict=True):
        for other, theirs in zip(columns, fitted, strict=True):
            if not forms & theirs:
                mine, their_cell = (_telling(c) for c in (column, other))
                detail = (
                    f"{place(frame, mine)}, column {column.name!r}, has {_cell(column, mine)}, and "
                    f"{place(frame, their_cell)}, column {other.name!r}, has "
                    f"{_cell(other, their_cell)}: no one decimal mark fits both"
                )
                raise DataError([Issue("/read/decimal", "two_marks", detail)])
    detail = f"no one decimal mark fits all numbers of {', '.join(c.name for c in columns[:5])}"
    raise DataError([Issue("/read/decimal", "two_marks", detail)])


def _telling(column: Numerals) -> int:
    """A row whose number has a mark."""
    marked = pc.fill_null(pc.match_substring_regex(column.core, r"[., ']"), False)
    return max(int(pc.index(marked, True).as_py()), 0)


def _ask_mark(frame: pd.DataFrame, columns: Sequence[Numerals], forms: Sequence[Form]) -> None:
    column = next(column for column in columns if column.has("comma") or column.has("point"))
    row = _telling(column)
    text = column.core[row].as_py()
    both = " or ".join(f"{_value(text, form)} ({form[0]} before the decimals)" for form in forms)
    detail = f"{place(frame, row)}, column {column.name!r}: {_cell(column, row)} is {both}"
    ask("decimal", forms[0][0], f"{detail}, and no other number decides")


def _value(core: str, form: Form) -> str:
    decimal, group = (MARK[name] for name in form)
    ungrouped = core.replace(group, "") if group else core
    return f"{float(ungrouped.replace(decimal, '.')):g}"
