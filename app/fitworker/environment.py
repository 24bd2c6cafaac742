"""The environment of a fit process: what it needs, and nothing of what the service knows.

The service's own environment holds its secrets: the database's password, the secret of the API
keys, the store's credentials. A fit reads what a caller sent, through large libraries; so it is
given a list of variables, and whatever is not on it stays behind. Its settings come with its
request.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import app
from mmm.code_folder import CODE_DIR

NICENESS = "PRUDENT_FIT_NICENESS"
"""How far the process steps back for others: a setting that it needs before its request."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

_SYSTEM = frozenset({"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TEMP", "TMP", "TZ"})
_TEXT = frozenset({"LANG", "LANGUAGE"})
_LIBRARIES = frozenset({"LD_LIBRARY_PATH", "XDG_CACHE_HOME", "CUDA_HOME", "CUDA_VISIBLE_DEVICES"})
_NAMES = _SYSTEM | _TEXT | _LIBRARIES
_PREFIXES = ("LC_", "PYTHON", "NUMBA_", "JAX_", "XLA_", "NVIDIA_")


def fit_environment(cache_dir: Path, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """One thread a library, machine code of models kept in ``cache_dir``, this installation
    importable."""
    root = str(Path(app.__file__).parents[1])
    paths = [root, given.get("PYTHONPATH", "")]
    return {
        **{name: value for name, value in given.items() if is_passed_on(name)},
        **dict.fromkeys(THREADS, "1"),
        CODE_DIR: str(shared_code(cache_dir)),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }


def shared_code(cache_dir: Path) -> Path:
    """Where all fit processes of a cache directory keep the machine code of models."""
    return cache_dir / "code"


def compiler_caches(compiled: Path) -> dict[str, str]:
    """Variables that keep what the compilers themselves cache in ``compiled``, which one process
    has to itself: two that write at once may leave one's code under the other's name."""
    return {
        "PYTENSOR_FLAGS": f"base_compiledir={compiled}",
        "NUMBA_CACHE_DIR": str(compiled / "numba-functions"),
    }


def is_passed_on(name: str) -> bool:
    """Whether a fit process is given the service's value of a variable."""
    return name in _NAMES or name.startswith(_PREFIXES)
