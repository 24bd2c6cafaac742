"""Numbers in their plain form: a point before the decimals, no groups, no signs of money."""

import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from mmm.errors import DataError, Issue
from mmm.tables.decisions import Decisions, misfit
from mmm.tables.numerals import MARK, Form, Numerals, pattern
from mmm.tables.place import place

SPELLINGS = {"US$": "$", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "Rs.": "₹"}
SPELLINGS |= {"円": "¥", "Rs": "₹", "PLN": "zł", "CZK": "Kč", "HUF": "Ft", "kr.": "kr"}
MONEY = "$€£¥₹"
_IN_NAME = re.compile(rf"[{MONEY}]")


def plain_numbers(
    frame: pd.DataFrame, columns: Sequence[Numerals], form: Form | None, decisions: Decisions
) -> pd.DataFrame:
    """The table with every number of ``columns`` in its plain form; other cells stay as they are.

    Decides the signs. Raises DataError where a column has two of them.
    """
    form = form or ("point", "none")
    translated, signs = {}, {}
    for column in columns:
        if column.plain and form == ("point", "none"):
            continue
        translated[column.name] = _plain(frame, column, form)
        if found := _signs(frame, column):
            signs[column.name] = found
    _settle_signs(signs, decisions)
    return frame.assign(**translated) if translated else frame


def _plain(frame: pd.DataFrame, column: Numerals, form: Form) -> pd.Series:
    decimal, group = MARK[form[0]], MARK[form[1]]
    core = pc.replace_substring(column.core, group, "") if group else column.core
    core = pc.replace_substring(core, decimal, ".")
    fits = pc.fill_null(pc.match_substring_regex(column.core, pattern(form)), False)
    if column.plain:
        minus = pc.starts_with(column.texts, "-")
        power = pc.replace_substring_regex(column.texts, r"^[^eE]*", "")
    else:
        minus = _is_negative(column.parts)
        power = pc.struct_field(column.parts, "power")
    sign = pc.if_else(minus, "-", "")
    numbers = pc.binary_join_element_wise(sign, core, power, "")
    cells = pc.if_else(fits, numbers, pa.scalar(None, pa.string())).to_pylist()
    before = frame[column.name].tolist()
    kept = [old if new is None else new for old, new in zip(before, cells, strict=True)]
    return pd.Series(kept, index=frame.index, dtype=object)


def _is_negative(parts: pa.Array) -> pa.Array:
    """Whether a number has a minus, before or behind it, or stands in brackets."""
    marks = [pc.struct_field(parts, name) for name in ("minus", "inner", "behind")]
    minus = [pc.and_(pc.not_equal(mark, ""), pc.not_equal(mark, "+")) for mark in marks]
    closed = pc.not_equal(pc.struct_field(parts, "close"), "")
    found = pc.and_(pc.not_equal(pc.struct_field(parts, "open"), ""), closed)
    for each in minus:
        found = pc.or_(found, each)
    return found


def _signs(frame: pd.DataFrame, column: Numerals) -> Counter[str]:
    """The signs of a column and how many cells have each."""
    if column.plain:
        return Counter()
    fields = [pc.struct_field(column.parts, name) for name in ("sign", "money", "after")]
    cells = pc.binary_join_element_wise(*fields, "").to_pylist()
    named = [SPELLINGS.get(cell, cell) if cell else None for cell in cells]
    counts = Counter(sign for sign in named if sign)
    if len(counts) > 1:
        first, second = list(counts)[:2]
        rows = [named.index(sign) for sign in (first, second)]
        detail = f"column {column.name!r} has {first} in {place(frame, rows[0])} and {second} in "
        detail += f"{place(frame, rows[1])}: one column holds one currency"
        raise DataError([Issue("/read/signs", "two_currencies", detail)])
    return counts


def _settle_signs(signs: dict[str, Counter[str]], decisions: Decisions) -> None:
    found = tuple(dict.fromkeys(sign for counts in signs.values() for sign in counts))
    given = decisions.given.signs
    if given is not None:
        spelled = [SPELLINGS.get(sign, sign) for sign in given]
        for name, counts in signs.items():
            for sign in counts:
                if sign not in spelled:
                    known = ", ".join(spelled) or "no sign"
                    misfit("signs", known, f"column {name!r} has {sign}")
    if not found and given is None:
        return
    sentences = [_sentence(sign, signs) for sign in found]
    decisions.settle("signs", given or found, "; ".join(sentences) or "as told")


def _sentence(sign: str, signs: dict[str, Counter[str]]) -> str:
    """In how many cells a sign stands, and which columns are named with another one."""
    columns = [name for name, counts in signs.items() if sign in counts]
    cells = sum(signs[name][sign] for name in columns)
    sentence = f"{cells} cells of {len(columns)} columns have {sign}, which is left out"
    if len(columns) == 1:
        sentence = f"{cells} cells of {columns[0]!r} have {sign}, which is left out"
    names = {name: match.group() for name in columns if (match := _IN_NAME.search(name))}
    others = [f"{name!r}" for name, named in names.items() if sign in MONEY and named != sign]
    if others:
        sentence += f", although another sign stands in the name of {', '.join(others)}"
    return sentence
