"""Which rules wrote a machine function: code of other rules is not theirs."""

from hashlib import sha256
from pathlib import Path

_HERE = Path(__file__).parent
_LOOPS = _HERE.parents[1] / "ops"


def _hash() -> str:
    files = sorted([*_HERE.rglob("*.py"), *_LOOPS.glob("*.py")])
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


SOURCE = _hash()
"""Hash of everything that decides what machine code a graph becomes."""
