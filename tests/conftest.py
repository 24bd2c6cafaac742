"""What every test may rely on: few threads, quick fits, hypothesis repeated, real data found."""

import os
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
os.environ.update({name: os.environ.get(name, "1") for name in THREADS})
os.environ.setdefault("PRUDENT_FIT_NICENESS", "0")  # else other tests hold a test's fits up
os.environ.setdefault("PRUDENT_RESERVE_BYTES", "0")  # else every service of a test writes megabytes
os.environ.setdefault("PRUDENT_SECOND_MODELS", "false")  # tests that are about them say so
os.environ.setdefault("PYTENSOR_FLAGS", "cxx=,linker=vm")  # else plain graphs wait for a compiler

import pytest  # noqa: E402  (the libraries read their thread counts when they are imported)
from hypothesis import HealthCheck, settings  # noqa: E402

settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public data sets, named by PRUDENT_TEST_DATA (default: ../shared/data)."""
    folder = Path(os.environ.get("PRUDENT_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no public data sets here: {folder} does not exist (set PRUDENT_TEST_DATA)")
    return folder
