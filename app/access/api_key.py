"""API keys as text: ``prudent_``, 32 random characters, 6 of a checksum.

The checksum (CRC-32 of the preceding characters) tells a mistyped key from an unknown one without a
database query, and lets repository scanners recognise a key. The key itself is never stored, only
its HMAC-SHA-256 under the server's secret: whoever reads the table can neither use a key nor test
guesses against it.
"""

import hmac
import secrets
import string
import zlib

PREFIX = "prudent_"
ALPHABET = string.digits + string.ascii_letters
RANDOM_LENGTH = 32
CHECKSUM_LENGTH = 6
HINT_LENGTH = 4


def new_key() -> str:
    """A new key with 190 random bits."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + _checksum(body)


def is_well_formed(key: str) -> bool:
    """Whether ``key`` has the length and the checksum of a key."""
    body, checksum = key[:-CHECKSUM_LENGTH], key[-CHECKSUM_LENGTH:]
    return len(body) == len(PREFIX) + RANDOM_LENGTH and _checksum(body) == checksum


def digest(key: str, secret: bytes) -> str:
    """The digest under which a key is stored and looked up."""
    return hmac.digest(secret, key.encode(), "sha256").hex()


def hint(key: str) -> str:
    """The first characters of a key, by which its owner recognises it in a list."""
    return key[: len(PREFIX) + HINT_LENGTH] + "…"


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = []
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
