"""Threads share few arenas: what one frees serves the next."""

import re
import subprocess
import sys

import pytest

CHILD = """
import ctypes, ctypes.util, sys, threading
from app.runtime.memory import limit_arenas

if sys.argv[1] == "few" and not limit_arenas():
    raise SystemExit("no glibc")
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
together = threading.Barrier(12)

def take() -> None:
    together.wait()
    libc.malloc(10_000)
    together.wait()

threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.malloc_stats()
"""


def arenas(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", CHILD, how], capture_output=True, text=True)
    if "no glibc" in done.stderr:
        pytest.skip("another C library")
    assert done.returncode == 0, done.stderr
    return len(re.findall(r"^Arena \d+:", done.stderr, re.MULTILINE))


def test_many_threads_share_two_arenas() -> None:
    assert arenas("few") == 2
    assert arenas("as many as there are") > 2
