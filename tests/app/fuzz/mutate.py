"""Mutants of JSON documents: odd values by kind, gentle changes, and broken structure.

*Gentle* mutants mostly stay within the schema: numbers grow or shrink, dates move, a value is taken
from elsewhere, an optional field is left out. *Odd* ones put in what no person would send.
"""

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True)
class Raw:
    """JSON text that no Python value has."""

    text: str


NUMBERS: tuple[Any, ...] = (
    0, -0.0, -1, 1, 0.1, 5e-324, 1e-310, 1e-99, -1e-99, 1e-18, 1e-12, 1e-9, 0.999999999999,
    1e6, -1e6, 1e9, -1e9, 1e12, 1e15, 1e18, -1e18, 1.1e18,
    1e19, 1e100, 1e154, 1e300, -1e300, 1.7e308, 2**31, 2**53 + 1, 2**63, 2**64, 10**25, True,
    Raw("1e400"), Raw("-1e400"), Raw("1" * 400), Raw("NaN"), Raw("Infinity"), Raw("-0"),
    Raw("0.30000000000000004441"), Raw("1e-400"),
)  # fmt: skip
TEXTS: tuple[Any, ...] = (
    "", " ", "\t", "a\nb", "\x00", "\x07", "\x1b[31m", "\x7f", "\x85", Raw('"\\ud800"'),
    Raw('"\\udfff\\ud800"'), Raw('"\\u0000"'), "\ufeff", "\u2028", "\u202eabc", "é", "日本", "😀",
    "=1+1", "@a", "-1", "'; DROP TABLE models; --", "../../etc/passwd", "%00", "a" * 201,
    "a" * 5000, "tv/~1", "tv.spend", "a>b", "null", "NaN", "1e5", "kpi", "price", "interaction",
    "national", "<b>x</b>", "{0}", "%s", "\\", '"',
)  # fmt: skip
DATES: tuple[Any, ...] = (
    "0001-01-01", "0001-01-08", "9999-12-31", "9999-12-27", "2024-02-30", "1677-09-20",
    "2262-04-12", "1899-12-25", "2200-01-06", "10000-01-01", "-0001-01-01", "2024-1-1",
    "2022-06-06T00:00:00Z", "2022-06-06T12:00:00", "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00", 0, 1e18, -1e18, 10**20, 253402300800,
)  # fmt: skip
SHAPES: tuple[Any, ...] = (
    None, [], {}, [[]], [{}], {"a": 1}, Raw("[" * 3000 + "]" * 3000), Raw("[" * 200000),
    Raw('{"a":' * 50 + "1" + "}" * 50),
)  # fmt: skip
FACTORS = (-1.0, 0.0, 0.5, 0.9, 1.1, 2.0, 10.0, 1e3, 1e6, 1e9, 1e12, 1e-3, 1e-6, 1e-9, 1e-12)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_RAW = re.compile(r'"\\u0001(.*?)\\u0001"', re.DOTALL)

type Place = tuple[Any, Any]
"""A container of the document and a key or position in it."""


def encoded(document: Any) -> bytes:
    """JSON text of a document that may hold ``Raw`` values."""
    text = json.dumps(document, default=lambda raw: f"\x01{raw.text}\x01")
    return _RAW.sub(lambda found: json.loads(f'"{found[1]}"'), text).encode()


def places(document: Any) -> Iterator[Place]:
    """Every value of the document but itself, containers included."""
    if isinstance(document, dict | list):
        keys = document if isinstance(document, dict) else range(len(document))
        for key in list(keys):
            yield document, key
            yield from places(document[key])


def vocabulary(documents: list[Any]) -> dict[str, list[Any]]:
    """For each key, the values that any of the documents has under it."""
    words: dict[str, list[Any]] = {}
    for document in documents:
        for holder, key in places(document):
            if isinstance(holder, dict) and holder[key] not in words.setdefault(key, []):
                words[key].append(holder[key])
    return words


@dataclass(frozen=True)
class Mutator:
    """Makes mutants of documents whose keys' values are known from ``words``."""

    words: dict[str, list[Any]]

    def mutant(self, document: Any, rng: random.Random) -> Any:
        """The document changed in one to three places, all in the same manner."""
        changed = copy.deepcopy(document)
        gentle = (self._scaled,) * 4 + (self._other,) * 2 + (self._without,)
        changes = rng.choices((gentle, (_odd_of_kind,), _ODD, (_column,)), (66, 20, 9, 5))[0]
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            found = [place for place in places(changed) if not _shared_row(place, rng)]
            if changes == (_column,):
                found = [(holder, key) for holder, key in found if _is_table(holder[key])] or found
            if changes == (_odd_of_kind,):
                found = [(holder, key) for holder, key in found if _is_leaf(holder[key])]
            if not found:
                return changed
            rng.choice(changes)(*rng.choice(found), rng)
        return changed

    def _scaled(self, holder: Any, key: Any, rng: random.Random) -> None:
        """A number times a factor, a date some weeks off, a list shorter or longer."""
        value = holder[key]
        if isinstance(value, bool):
            holder[key] = not value
        elif isinstance(value, int):
            holder[key] = value + rng.choice((-52, -1, 1, 2, 10, 104))
        elif isinstance(value, float):
            holder[key] = value * rng.choice(FACTORS)
        elif isinstance(value, str) and _DATE.match(value):
            days = 7 * rng.choice((-600, -52, -4, -1, 1, 4, 52, 104, 600)) + rng.choice(
                (0, 0, 0, 1)
            )
            holder[key] = (date.fromisoformat(value[:10]) + timedelta(days)).isoformat()
        elif isinstance(value, list) and value:
            holder[key] = value[:-1] if rng.random() < 0.5 else [*value, copy.deepcopy(value[-1])]
        else:
            self._other(holder, key, rng)

    def _other(self, holder: Any, key: Any, rng: random.Random) -> None:
        """A value that the same key has elsewhere, or a field from elsewhere."""
        if isinstance(holder, list):
            holder[key] = copy.deepcopy(rng.choice(holder))
        elif same := [word for word in self.words.get(key, []) if type(word) is type(holder[key])]:
            holder[key] = copy.deepcopy(rng.choice(same))
        else:
            holder[key] = copy.deepcopy(holder[rng.choice(list(holder))])

    def _without(self, holder: Any, key: Any, _: random.Random) -> None:
        """One field or item fewer."""
        del holder[key]


def _is_leaf(value: Any) -> bool:
    return isinstance(value, int | float | str)


def _odd_of_kind(holder: Any, key: Any, rng: random.Random) -> None:
    """A leaf as odd as its kind allows: a number, a date or a text."""
    value = holder[key]
    text = DATES if isinstance(value, str) and _DATE.match(value) else TEXTS
    holder[key] = rng.choice(text if isinstance(value, str) else NUMBERS)


def _is_table(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) > 1 and all(isinstance(row, dict) for row in value)
    )


def _column(holder: Any, key: Any, rng: random.Random) -> None:
    """A column of rows scaled, made constant, or left out; elsewhere any odd value."""
    rows = holder[key]
    if not _is_table(rows) or not rows[0]:
        _odd_value(holder, key, rng)
        return
    name = rng.choice(list(rows[0]))
    factor, constant = 10.0 ** rng.uniform(-320, 300), rng.choice((*NUMBERS, *TEXTS, None))
    for row in rows:
        value = row.get(name)
        if rng.random() < 0.01:
            row.pop(name, None)
        elif isinstance(value, float) and factor < 1e100:
            row[name] = value * factor
        else:
            row[name] = constant


def _odd_value(holder: Any, key: Any, rng: random.Random) -> None:
    """A value of any kind."""
    holder[key] = copy.deepcopy(rng.choice(rng.choice((NUMBERS, TEXTS, DATES, SHAPES))))


def _odd_key(holder: Any, key: Any, rng: random.Random) -> None:
    """A field under another name, or a field more."""
    if isinstance(holder, list):
        holder.append(rng.choice(TEXTS))
        return
    name = rng.choice([text for text in TEXTS if isinstance(text, str)])
    holder[name] = holder[key] if rng.random() < 0.5 else holder.pop(key)


def _twice(holder: Any, key: Any, _: random.Random) -> None:
    """The same key twice in an object, which Python's dictionaries cannot say."""
    value = holder[key]
    if isinstance(value, dict) and value:
        inner = encoded(value).decode()
        first = next(iter(value))
        holder[key] = Raw(f"{inner[:-1]},{json.dumps(first)}:{encoded(value[first]).decode()}}}")


def _many(holder: Any, key: Any, rng: random.Random) -> None:
    """A list much longer, or a map much larger."""
    value, times = holder[key], rng.choice((30, 300, 3000))
    if isinstance(value, list) and value:
        holder[key] = value * (times // len(value) + 1)
    elif isinstance(value, dict) and value:
        first = next(iter(value.values()))
        holder[key] = {**value, **{f"x{i}": first for i in range(times)}}
    else:
        holder[key] = [value] * times


def _swapped(holder: Any, key: Any, rng: random.Random) -> None:
    """Two values exchanged."""
    keys = list(holder) if isinstance(holder, dict) else range(len(holder))
    other = rng.choice(list(keys))
    holder[key], holder[other] = holder[other], holder[key]


type Change = Callable[[Any, Any, random.Random], None]
_ODD: tuple[Change, ...] = (_odd_value,) * 6 + (_odd_key, _twice, _many, _swapped)


def _shared_row(place: Place, rng: random.Random) -> bool:
    """Cells of long tables are many: nine of ten are left out, else they alone would be changed."""
    holder, _ = place
    return isinstance(holder, dict) and "sales" in holder and rng.random() < 0.9
