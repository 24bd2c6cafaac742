"""Identifiers: a prefix for the kind, then a timestamp and random bits, so that ids sort by age.

48 bits of milliseconds and 80 random bits, written in Crockford's base 32 (26 characters).
"""

import re
import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
_ID = re.compile(rf"[a-z]{{2,4}}_[{ALPHABET}]{{{LENGTH}}}")


def new_id(prefix: str) -> str:
    """A new identifier such as ``mdl_01jd4…``."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return f"{prefix}_{_base32(number)}"


def is_id(text: str) -> bool:
    """Whether ``text`` has the form of an identifier."""
    return _ID.fullmatch(text) is not None


def derived_id(prefix: str, other: str) -> str:
    """The identifier with the body of ``other`` and another prefix; deterministic."""
    return f"{prefix}_{other.partition('_')[2]}"


def _base32(number: int) -> str:
    digits = [ALPHABET[(number >> shift) & 31] for shift in range(0, LENGTH * 5, 5)]
    return "".join(reversed(digits))
