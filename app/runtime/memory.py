"""Limits the arenas of the C library's allocator, so that threads reuse each other's freed memory.

glibc gives threads arenas of their own, up to eight per processor, and an arena keeps the memory
that is freed in it. A question takes tens of megabytes for tenths of a second on any thread of the
pool, so each arena would grow to the largest question that it ever served.
"""

import ctypes

MAX_ARENAS = 2
_M_ARENA_MAX = -8


def limit_arenas(maximum: int = MAX_ARENAS) -> bool:
    """Use at most ``maximum`` arenas from now on; False if the C library is not glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_M_ARENA_MAX, maximum) == 1
