"""Machine code of models on disk: a structure is compiled once per machine, not once per process.

An entry holds the object code of nutpie's two functions (density with gradient, and the derived
quantities) as Numba made it, and what the sampler must know about their arguments. Its name is the
key of the computation (``graph_key``), which depends on processor and package versions too; the
numbers of a panel are passed at run time. Entries are written whole or not at all and read with
checksums; one that cannot be read is compiled anew.
"""

import contextlib
import ctypes
import json
import os
import pickle  # Numba's own format of environments, in the user's own cache
import tempfile
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import pymc as pm
import pytensor
from numba.core.compiler import lookup_environment
from numba.core.registry import cpu_target
from numba.core.runtime.nrt import rtsys
from numba.core.serialize import dumps
from nutpie import compile_pymc
from pymc.initial_point import make_initial_point_fn

from mmm.code_folder import CODE_DIR
from mmm.types import Array

FORMAT = 1
FUNCTIONS = ("logp", "expand")
ENVIRONMENT = "_ZN08NumbaEnv"
MOST_ENTRIES = 100
_EMPTY = llvm.parse_assembly("").as_bitcode()
_ready: dict[str, list["Function"]] = {}
"""Functions in this process by key: the same code is not loaded beside itself."""


def code_folder() -> Path:
    """The folder that ``PRUDENT_CODE_DIR`` names, or one beside PyTensor's own compiled code."""
    given = os.environ.get(CODE_DIR)
    return Path(given) if given else Path(pytensor.config.base_compiledir) / "prudent"


@dataclass(frozen=True)
class Function:
    """A loaded function: its address, and the objects that must live as long as it does."""

    address: int
    owners: tuple[Any, ...]


def save(key: str, code: Any, data: Mapping[str, Any]) -> bool:
    """Write the entry of ``key`` and return whether it was written; ``data``: nodes by name.

    Code that embeds an address of this process, or reads anything but named data nodes, is not
    kept.
    """
    functions = (code.compiled_logp_func, code.compiled_expand_func)
    names = [node.name for node in code.shared_var_keys]
    known = [name for name in names if name in data]
    if known != names or any(item._library.has_dynamic_globals for item in functions):
        return False
    shapes = code.shape_info
    about = {
        "format": FORMAT,
        "n_dim": int(code.n_dim),
        "n_expanded": int(code.n_expanded),
        "data": names,
        "names": list(shapes[0]),
        "slices": [[int(item.start), int(item.stop)] for item in shapes[1]],
        "shapes": [[int(length) for length in shape] for shape in shapes[2]],
        "reparameterized": list(code.reparameterized_names),
    }
    try:
        code_folder().mkdir(parents=True, exist_ok=True)
        _write(code_folder() / f"{key}.zip", key, about, functions)
        _prune()
    except OSError as error:
        warnings.warn(f"compiled code is not kept in {code_folder()}: {error}", stacklevel=2)
        return False
    return True


def load(key: str, model: pm.Model, data: Mapping[str, Any]) -> Any | None:
    """nutpie's compiled model of ``key`` with the numbers of ``model``; None if there is none."""
    path = code_folder() / f"{key}.zip"
    try:
        with zipfile.ZipFile(path) as entry:
            about = json.loads(entry.read("about.json"))
            if about["format"] != FORMAT:
                raise ValueError(f"format {about['format']}, not {FORMAT}")
            if key not in _ready:
                _ready[key] = [_function(key, entry, name) for name in FUNCTIONS]
        with contextlib.suppress(OSError):
            os.utime(path)
    except FileNotFoundError:
        return None
    except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
        warnings.warn(f"{path.name} cannot be read and is compiled anew: {error}", stacklevel=2)
        return None
    return _compiled(about, _ready[key], model, data)


def _compiled(
    about: dict[str, Any], functions: list[Function], model: pm.Model, data: Mapping[str, Any]
) -> Any:
    keys = {data[name]: str(position) for position, name in enumerate(about["data"])}
    values = {key: _frozen(node.get_value()) for node, key in keys.items()}
    shapes = [tuple(shape) for shape in about["shapes"]]
    slices = [slice(start, stop) for start, stop in about["slices"]]
    info = (about["names"], slices, shapes)
    dims, coords = compile_pymc._prepare_dims_and_coords(model, info, about["reparameterized"])
    free = [model.rvs_to_values[node].name for node in model.free_RVs]
    start = compile_pymc._rv_dict_to_flat_array_wrapper(
        make_initial_point_fn(model=model, jitter_rvs=set(model.free_RVs), return_transformed=True),
        names=free,
        shapes=shapes[: len(free)],
    )
    code = compile_pymc.CompiledPyMCModel(
        _n_dim=about["n_dim"],
        dims=dims,
        _coords=coords,
        _shapes=dict(zip(about["names"], shapes, strict=True)),
        compiled_logp_func=functions[0],
        compiled_expand_func=functions[1],
        initial_point_func=compile_pymc._wrap_with_lock(start),
        shared_data=values,
        shared_var_keys=keys,
        user_data=compile_pymc.make_user_data(keys, values),
        n_expanded=about["n_expanded"],
        shape_info=info,
        logp_func=None,
        expand_func=None,
        reparameterized_names=about["reparameterized"],
    )
    _evaluate(code)
    return code


def _evaluate(code: Any) -> None:
    """Call the density once: it fetches the addresses of LAPACK's routines through Python, which
    the sampler's threads must not do at the same time."""
    point, gradient = code.initial_point_func(0), np.empty(code.n_dim)
    density = np.empty(())
    pointers = [ctypes.c_void_p(item.ctypes.data) for item in (point, gradient, density)]
    call = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_uint64, *[ctypes.c_void_p] * 4)
    user = ctypes.c_void_p(code.user_data.ctypes.data)
    status = call(code.compiled_logp_func.address)(code.n_dim, *pointers, user)
    if status in (-1, 1):
        raise ValueError(f"the density ended with status {status}")


def _frozen(value: Array) -> Array:
    copy = np.array(value, order="C", copy=True)
    copy.flags.writeable = False
    return copy


def _write(path: Path, key: str, about: dict[str, Any], functions: tuple[Any, ...]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as entry:
                entry.writestr("about.json", json.dumps(about))
                for name, function in zip(FUNCTIONS, functions, strict=True):
                    code, environments = _standalone(function, f"{name}_{key}")
                    entry.writestr(f"{name}.o", code)
                    entry.writestr(f"{name}.env", dumps(environments))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _standalone(function: Any, symbol: str) -> tuple[bytes, list[tuple[str, Any]]]:
    """Object code of ``function`` under the name ``symbol``, and Numba's environments within.

    Nothing in it can be mistaken for a function of the same name elsewhere in a process: another
    copy, optimised in other company, would differ in the last bits, and the draws with them.
    """
    codegen = cpu_target.target_context.codegen()
    module = llvm.parse_bitcode(function._library._final_module.as_bitcode())
    for item in module.functions:
        if item.name == function.native_name:
            item.name = symbol
        elif not item.is_declaration:
            item.linkage = "internal"
    environments = []
    for position, item in enumerate(module.global_variables):
        environment = lookup_environment(item.name) if item.name.startswith(ENVIRONMENT) else None
        if environment is not None and environment.can_cache():
            item.name = f"{symbol}_{position}"
            environments.append((item.name, environment))
    return codegen._tm.emit_object(module), environments


def _function(key: str, entry: zipfile.ZipFile, name: str) -> Function:
    context = cpu_target.target_context
    context.refresh()
    rtsys.initialize(context)
    codegen = context.codegen()
    symbol = f"{name}_{key}"
    library = codegen.unserialize_library((symbol, "object", (entry.read(f"{name}.o"), _EMPTY)))
    environments = pickle.loads(entry.read(f"{name}.env"))  # noqa: S301  (as Numba's own cache)
    for variable, environment in environments:  # only its address is taken
        codegen.set_env(variable, environment)
    # the library knows the symbols of its bitcode alone, which is not kept
    address = codegen._engine.get_function_address(symbol)
    if not address:
        raise ValueError(f"no function {symbol}")
    return Function(address, (library, environments))


def _prune() -> None:
    """Delete the least recently used entries."""
    entries = sorted(code_folder().glob("*.zip"), key=lambda path: path.stat().st_mtime)
    for path in entries[:-MOST_ENTRIES]:
        path.unlink(missing_ok=True)
