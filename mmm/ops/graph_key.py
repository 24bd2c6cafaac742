"""A key of the computation of a PyMC model: models with equal keys share their machine code.

The graph of every variable is hashed from its leaves upwards: data nodes by name and type,
constants by their bytes, operations by their class and properties. The numbers of the data do not
enter the key; the lengths of sampled and derived variables do. A model with a part that cannot be
described has no key (``None``) and is compiled every time.
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


class _NotDescribable(Exception):
    """Raised for a part of a graph whose meaning its readable properties may not determine."""


def model_key(model: pm.Model, lengths: Mapping[str, int]) -> str | None:
    """Hexadecimal key of ``model`` on this machine, or None.

    ``lengths``: name -> length of each dimension of the sampled and derived variables.
    """
    named = [*model.free_RVs, *model.observed_RVs, *model.deterministics, *model.potentials]
    try:
        hashes = _hashes(named)
        parts: list[Any] = [_machine(), sorted(lengths.items())]
        for node in named:
            transform = _transform(model.rvs_to_transforms.get(node))
            dims = model.named_vars_to_dims.get(node.name)
            value = model.rvs_to_values.get(node)
            value_leaf = None if value is None else _leaf(value)
            parts.append((node.name, hashes[node], transform, dims, value_leaf))
    except _NotDescribable:
        return None
    return _digest(*parts)


def computation_key(result: Variable) -> str | None:
    """Hexadecimal key of how ``result`` is computed from named data and constants, or None."""
    try:
        return _hashes([result])[result]
    except _NotDescribable:
        return None


def _machine() -> tuple[object, ...]:
    """What else machine code depends on: the processor, and the packages that compiled it."""
    codegen = cpu_target.target_context.codegen()
    versions = tuple((name, version(name)) for name in PACKAGES)
    return (platform.python_version(), codegen.magic_tuple(), versions)


def _hashes(outputs: list[Variable]) -> dict[Variable, str]:
    hashes: dict[Variable, str] = {}

    def of(variable: Variable) -> str:
        if variable not in hashes:
            hashes[variable] = _digest(_leaf(variable))
        return hashes[variable]

    for apply in toposort(outputs):
        own = (_op(apply.op), *(of(variable) for variable in apply.inputs))
        for position, output in enumerate(apply.outputs):
            hashes[output] = _digest(*own, position, _type(output.type))
    for variable in outputs:
        of(variable)
    return hashes


def _leaf(variable: Variable) -> tuple[object, ...]:
    kind = _type(variable.type)
    if isinstance(variable, Constant):
        return ("constant", kind, _describe(variable.data))
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
        raise _NotDescribable(name)
    return (name, _properties(op))


def _properties(op: Any) -> tuple[object, ...]:
    return tuple((key, _describe(getattr(op, key))) for key in getattr(op, "__props__", None) or ())


def _describe(value: object) -> object:
    """``value`` as an object whose text determines it; raises _NotDescribable where it cannot."""
    if value is None or isinstance(value, str | int | float | bool | np.dtype | type):
        return repr(value)
    if isinstance(value, np.ndarray | np.generic):
        array = np.ascontiguousarray(value)
        if array.dtype.hasobject:
            raise _NotDescribable(str(array.dtype))
        return (str(array.dtype), array.shape, hashlib.sha256(array.tobytes()).hexdigest())
    if isinstance(value, tuple | list):
        return tuple(_describe(item) for item in value)
    if isinstance(value, Mapping):
        return tuple((str(key), _describe(item)) for key, item in value.items())
    if isinstance(value, slice):
        return ("slice", _describe(value.start), _describe(value.stop), _describe(value.step))
    if isinstance(value, Op):
        return _op(value)
    if isinstance(value, Type):
        return _type(value)
    raise _NotDescribable(_name(type(value)))


def _type(kind: Type) -> str:
    """The text of a type, or the name of its class where it has no text of its own."""
    text = repr(kind)
    if " at 0x" not in text:
        return text
    if vars(kind):
        raise _NotDescribable(text)
    return _name(type(kind))


def _transform(transform: Transform | None) -> object:
    if transform is None:
        return None
    if vars(transform).keys() - {"__doc__"}:
        raise _NotDescribable(_name(type(transform)))
    return _name(type(transform))


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
