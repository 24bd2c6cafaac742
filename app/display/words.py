"""Amounts and probabilities as people write them, for sentences; exact figures are in the JSON.

    26123 -> 26,100      1234567 -> 1.23 million      0.85 -> 17 of 20

An amount has at most three significant digits. A probability is told as chances in 20, the only
precision that a fitted model earns, and never as a certainty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

SYMBOLS = {
    "AUD": "A$", "BRL": "R$", "CAD": "C$", "CNY": "CN¥", "CZK": "Kč ", "EUR": "€", "GBP": "£",
    "HKD": "HK$", "ILS": "₪", "INR": "₹", "JPY": "¥", "KRW": "₩", "MXN": "MX$", "NGN": "₦",
    "NZD": "NZ$", "PHP": "₱", "PLN": "zł ", "SGD": "S$", "THB": "฿", "TRY": "₺", "UAH": "₴",
    "USD": "$", "VND": "₫", "ZAR": "R ",
}  # fmt: skip
"""What stands before an amount; a currency that is not listed is told by its code."""

_WORDS = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
CASES = 20
CENT = 0.005
"""Less money than that is none: half a cent."""

_ALMOST = 0.99

Counted = Literal["profit", "revenue", "sales", "units"]
"""What a gain counts: profit, revenue less media spend, or sales or units alone."""


def amount(value: float, digits: int = 3) -> str:
    """A number with at most so many significant digits, such as "26,100" or "1.2 million"."""
    rounded = float(f"{value:.{digits}g}")
    for unit, word in _WORDS:
        if abs(rounded) >= unit:
            return f"{_plain(rounded / unit, digits)} {word}"
    return _plain(rounded, digits)


def _plain(value: float, digits: int) -> str:
    if abs(value) >= 1000.0:
        text = f"{float(f'{value:.{digits}g}'):,.0f}"
    else:
        text = f"{Decimal(f'{value:.{digits}g}'):f}"
    return "0" if text in {"-0", "0"} else text


def apart(first: float, second: float) -> int:
    """The significant digits that tell two amounts apart: three, or more where these agree."""
    alike = (n for n in range(3, 16) if amount(first, n) != amount(second, n))
    return next(alike, 3)


def money(value: float, currency: str | None, digits: int = 3) -> str:
    """An amount of money with its symbol, such as "-€26,100"; bare where no currency is stated."""
    size = amount(0.0 if abs(value) < CENT else abs(value), digits)
    sign = "-" if value < 0.0 and size != "0" else ""
    if currency is None:
        return sign + size
    return f"{sign}{SYMBOLS.get(currency, f'{currency} ')}{size}"


def money_with_unit(value: float, currency: str | None) -> str:
    """An amount of money that says its unit even where no currency is stated."""
    return f"{money(value, currency)}{'' if currency else ' currency units'}"


def in_unit(value: float, unit: str) -> str:
    """An amount in the unit of an answer: "€26,100 revenue" for "EUR revenue"."""
    code, _, counted = unit.partition(" ")
    is_code = len(code) == len("EUR") and code.isupper()
    return f"{money(value, code)} {counted}" if is_code else f"{amount(value)} {unit}"


def chances(probability: float, tested: bool) -> str:
    """A probability as chances in 20, from 1 to 19 of them unless what it rests on is tested."""
    cases = round(CASES * probability)
    if tested and cases >= CASES:
        return f"more than {CASES - 1} of {CASES}"
    if tested and cases <= 0:
        return f"fewer than 1 of {CASES}"
    return f"{min(max(cases, 1), CASES - 1)} of {CASES}"


def listed(parts: Sequence[str]) -> str:
    """The parts as people list them: "tv, radio and search"."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def probability(value: float) -> str:
    """A probability as a number that is neither 0.00 nor 1.00."""
    if value > _ALMOST:
        return f"> {_ALMOST}"
    return f"< {1.0 - _ALMOST:.2f}" if value < 1.0 - _ALMOST else f"{value:.2f}"


@dataclass(frozen=True)
class GainWords:
    """How a plan's money and its gain are told: the currency, and what the gain counts.

    ``in_money``: whether the gain is an amount of money.
    """

    currency: str | None
    counted: Counted
    in_money: bool

    def spend(self, value: float) -> str:
        """An amount of spend."""
        return money(value, self.currency)

    def size(self, value: float) -> str:
        """An amount of the gain, without what it counts."""
        return money(value, self.currency) if self.in_money else amount(value)

    def difference(self, value: float) -> str:
        """How much more or less one plan gains than another."""
        more = value >= 0.0
        if not self.in_money:
            return f"bring {amount(abs(value))} {'more' if more else 'fewer'} {self.counted}"
        size = money_with_unit(abs(value), self.currency)
        verb = "earn" if self.counted == "profit" else "bring"
        after = " after media spend" if self.counted == "revenue" else ""
        return f"{verb} {size} {'more' if more else 'less'} {self.counted}{after}"
