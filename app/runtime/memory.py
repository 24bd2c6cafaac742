"""Memory that threads free is used again by all: few arenas of the C library's allocator.

glibc gives each of many threads an arena, up to eight for each processor, and an arena keeps what
was freed in it. Questions take tens of megabytes for tenths of a second, on any thread of the pool,
so each arena would grow to the largest question that it ever saw.
"""

import ctypes

ARENAS = 2
_M_ARENA_MAX = -8


def share_arenas(most: int = ARENAS) -> bool:
    """Have no more than ``most`` arenas from now on; whether the C library takes that (glibc)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_M_ARENA_MAX, most) == 1
