"""The environment variables of a fit process: what it needs, and none of the service's secrets.

The service's own environment holds the database password, the secret of the API keys and the
store's credentials. A fit reads callers' data through large libraries, so it gets only the
variables on an allow list. Its settings come with its request.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import app
from mmm.code_folder import CODE_DIR

NICENESS = "PRUDENT_FIT_NICENESS"
"""Niceness of the process, which it needs before its first request."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

_SYSTEM = frozenset({"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TEMP", "TMP", "TZ"})
_TEXT = frozenset({"LANG", "LANGUAGE"})
_LIBRARIES = frozenset({"LD_LIBRARY_PATH", "XDG_CACHE_HOME", "CUDA_HOME", "CUDA_VISIBLE_DEVICES"})
_NAMES = _SYSTEM | _TEXT | _LIBRARIES
_PREFIXES = ("LC_", "PYTHON", "NUMBA_", "JAX_", "XLA_", "NVIDIA_")


def fit_environment(cache_dir: Path, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of fit processes, made from ``given``.

    Each library uses one thread, compiled models are cached in ``cache_dir``, and this installation
    is importable.
    """
    root = str(Path(app.__file__).parents[1])
    paths = [root, given.get("PYTHONPATH", "")]
    return {
        **{name: value for name, value in given.items() if is_passed_on(name)},
        **dict.fromkeys(THREADS, "1"),
        CODE_DIR: str(shared_code_dir(cache_dir)),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }


def shared_code_dir(cache_dir: Path) -> Path:
    """The folder in which all fit processes of a cache directory keep compiled models."""
    return cache_dir / "code"


def compiler_caches(compiled: Path) -> dict[str, str]:
    """Variables that place the compilers' own caches in the folder ``compiled``.

    One process uses the folder at a time: two that write at once may store the code of one under
    the name of the other. PyTensor is told of no C compiler (``cxx``), for which it would build
    parts of itself at its first import; the code that samples is compiled otherwise.
    """
    return {
        "PYTENSOR_FLAGS": f"base_compiledir={compiled},cxx=",
        "NUMBA_CACHE_DIR": str(compiled / "numba-functions"),
    }


def is_passed_on(name: str) -> bool:
    """Whether a fit process inherits a variable from the service."""
    return name in _NAMES or name.startswith(_PREFIXES)
