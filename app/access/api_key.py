"""API keys as text: ``prudent_``, 32 random characters, 6 of a checksum.

The checksum (CRC-32 of what stands before it) tells a mistyped key from an unknown one without a
look into the database, and lets scanners of repositories recognise a key. What is stored is never
the key but its HMAC-SHA-256 under the server's secret: whoever reads the table can neither use a
key nor test guesses against it.
"""

import hmac
import secrets
import string
import zlib

PREFIX = "prudent_"
ALPHABET = string.digits + string.ascii_letters
RANDOM = 32
CHECKSUM = 6
HINT = 4


def new_key() -> str:
    """A fresh key: 190 random bits."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return body + _checksum(body)


def is_well_formed(key: str) -> bool:
    """Whether ``key`` has the length and the checksum of a key."""
    body, checksum = key[:-CHECKSUM], key[-CHECKSUM:]
    return len(body) == len(PREFIX) + RANDOM and _checksum(body) == checksum


def digest(key: str, secret: bytes) -> str:
    """What is stored of a key, and what it is found by."""
    return hmac.digest(secret, key.encode(), "sha256").hex()


def hint(key: str) -> str:
    """The beginning of a key, by which its owner recognises it in a list."""
    return key[: len(PREFIX) + HINT] + "…"


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = []
    for _ in range(CHECKSUM):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
