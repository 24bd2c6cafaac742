"""A key of the computation that a PyMC model is: equal keys, equal machine code.

The graph of every variable is hashed from its leaves upwards: data nodes by name and type,
constants by their bytes, operations by their class and properties. Numbers of the data do not
enter; lengths of what is sampled or derived do. What cannot be described makes no key (``None``):
such a model is compiled every time.
"""

import hashlib
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import pymc as pm
from numba.core.registry import cpu_target
from pymc.logprob.transforms import Transform
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.op import Op
from pytensor.graph.traversal import toposort
from pytensor.graph.type import Type
from pytensor.scalar.basic import ScalarOp

PACKAGES = ("numba", "llvmlite", "pytensor", "pymc", "nutpie", "numpy", "scipy")


class _Unknown(Exception):
    """Something whose meaning is not known to be told by what can be read of it."""


def model_key(model: pm.Model, lengths: Mapping[str, int]) -> str | None:
    """Hexadecimal key of ``model`` on this machine, or None.

    ``lengths``: of the dimensions of what is sampled or derived, by name.
    """
    named = [*model.free_RVs, *model.observed_RVs, *model.deterministics, *model.potentials]
    try:
        hashes = _hashes(named)
        parts: list[Any] = [_machine(), sorted(lengths.items())]
        for node in named:
            transform = _transform(model.rvs_to_transforms.get(node))
            dims = model.named_vars_to_dims.get(node.name)
            value = model.rvs_to_values.get(node)
            of_value = None if value is None else _leaf(value)
            parts.append((node.name, hashes[node], transform, dims, of_value))
    except _Unknown:
        return None
    return _digest(*parts)


def computation_key(result: Variable) -> str | None:
    """Hexadecimal key of how ``result`` is computed from named data and constants, or None."""
    try:
        return _hashes([result])[result]
    except _Unknown:
        return None


def _machine() -> tuple[object, ...]:
    """Whatever else machine code depends on: the processor and the packages that made it."""
    codegen = cpu_target.target_context.codegen()
    versions = tuple((name, version(name)) for name in PACKAGES)
    return (platform.python_version(), codegen.magic_tuple(), versions)


def _hashes(outputs: list[Variable]) -> dict[Variable, str]:
    found: dict[Variable, str] = {}

    def of(variable: Variable) -> str:
        if variable not in found:
            found[variable] = _digest(_leaf(variable))
        return found[variable]

    for apply in toposort(outputs):
        own = (_op(apply.op), *(of(variable) for variable in apply.inputs))
        for position, output in enumerate(apply.outputs):
            found[output] = _digest(*own, position, _type(output.type))
    for variable in outputs:
        of(variable)
    return found


def _leaf(variable: Variable) -> tuple[object, ...]:
    kind = _type(variable.type)
    if isinstance(variable, Constant):
        return ("constant", kind, _plain(variable.data))
    if isinstance(variable, SharedVariable):
        return ("data", variable.name, kind)
    return ("input", variable.name, kind)


def _op(op: Op) -> tuple[object, ...]:
    """Class and properties of an operation."""
    name = _name(type(op))
    if hasattr(op, "fgraph"):
        inner = _hashes([*op.fgraph.outputs])
        return (name, tuple(inner[output] for output in op.fgraph.outputs))
    if isinstance(op, ScalarOp):
        return (name, str(op), _properties(op))
    if getattr(op, "__props__", None) is None:
        raise _Unknown(name)
    return (name, _properties(op))


def _properties(op: Any) -> tuple[object, ...]:
    return tuple((key, _plain(getattr(op, key))) for key in getattr(op, "__props__", None) or ())


def _plain(value: object) -> object:
    """``value`` as something whose text tells everything about it."""
    if value is None or isinstance(value, str | int | float | bool | np.dtype | type):
        return repr(value)
    if isinstance(value, np.ndarray | np.generic):
        array = np.ascontiguousarray(value)
        if array.dtype.hasobject:
            raise _Unknown(str(array.dtype))
        return (str(array.dtype), array.shape, hashlib.sha256(array.tobytes()).hexdigest())
    if isinstance(value, tuple | list):
        return tuple(_plain(item) for item in value)
    if isinstance(value, Mapping):
        return tuple((str(key), _plain(item)) for key, item in value.items())
    if isinstance(value, slice):
        return ("slice", _plain(value.start), _plain(value.stop), _plain(value.step))
    if isinstance(value, Op):
        return _op(value)
    if isinstance(value, Type):
        return _type(value)
    raise _Unknown(_name(type(value)))


def _type(kind: Type) -> str:
    """The text of a type, its class where it has none of its own."""
    text = repr(kind)
    if " at 0x" not in text:
        return text
    if vars(kind):
        raise _Unknown(text)
    return _name(type(kind))


def _transform(transform: Transform | None) -> object:
    if transform is None:
        return None
    if vars(transform).keys() - {"__doc__"}:
        raise _Unknown(_name(type(transform)))
    return _name(type(transform))


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
