"""Functions outside the code: the C library's, BLAS and LAPACK as SciPy ships them, own loops.

Object code names them; their addresses in this process are told to the linker before it is loaded.
"""

from collections.abc import Iterable, Iterator

import llvmlite.binding as llvm
from llvmlite import ir
from numba.extending import get_cython_function_address

from mmm.ops.loop_entries import loop_entry, loop_names

_CYTHON = {
    "prudent_gammaln": ("scipy.special.cython_special", "gammaln"),
    "prudent_psi": ("scipy.special.cython_special", "__pyx_fuse_1psi"),
    "prudent_dgemm": ("scipy.linalg.cython_blas", "dgemm"),
    "prudent_dgemv": ("scipy.linalg.cython_blas", "dgemv"),
    "prudent_dtrsm": ("scipy.linalg.cython_blas", "dtrsm"),
    "prudent_dpotrf": ("scipy.linalg.cython_lapack", "dpotrf"),
}


def declared(module: ir.Module, name: str, kind: ir.FunctionType) -> ir.Function:
    """The function ``name`` of ``module``, declared where it is not yet."""
    found = module.globals.get(name)
    return found if found is not None else ir.Function(module, kind, name)


def link(names: Iterable[str]) -> None:
    """Tell the linker where the functions called ``names`` are in this process."""
    for name in names:
        if name in _CYTHON:
            llvm.add_symbol(name, get_cython_function_address(*_CYTHON[name]))
        elif name.startswith("prudent_"):
            llvm.add_symbol(name, loop_entry(name).address)


def link_one_by_one() -> Iterator[None]:
    """Do so for every function that code may call, one at each step: an own loop that a machine has
    not compiled yet takes seconds."""
    for name in (*_CYTHON, *loop_names()):
        link([name])
        yield
