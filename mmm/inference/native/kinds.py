"""Numbers in memory and in registers, by NumPy's names of their types."""

from typing import Any

import numpy as np
from llvmlite import ir

I1, I32, I64, DOUBLE = ir.IntType(1), ir.IntType(32), ir.IntType(64), ir.DoubleType()
BYTES = ir.IntType(8).as_pointer()
_STORED = {
    "float64": DOUBLE,
    "float32": ir.FloatType(),
    "int64": I64,
    "int32": I32,
    "int16": ir.IntType(16),
    "int8": ir.IntType(8),
    "bool": ir.IntType(8),
}


def stored(dtype: str) -> Any:
    """The type of an item in memory; raises NotImplementedError for an unknown one."""
    if dtype not in _STORED:
        raise NotImplementedError(f"arrays of {dtype}")
    return _STORED[dtype]


def held(dtype: str) -> Any:
    """The type of an item in a register: a truth value is one bit there."""
    return I1 if dtype == "bool" else stored(dtype)


def is_float(dtype: str) -> bool:
    """Whether items are floating-point numbers."""
    return dtype.startswith("float")


def literal(value: Any, dtype: str) -> ir.Constant:
    """A constant in a register."""
    return ir.Constant(held(dtype), float(value) if is_float(dtype) else int(value))


def whole(value: int) -> ir.Constant:
    """A constant whole number."""
    return ir.Constant(I64, value)


def common(*dtypes: str) -> str:
    """The type that NumPy brings these to."""
    return str(np.result_type(*dtypes))


def load(builder: ir.IRBuilder, address: Any, dtype: str) -> Any:
    """The item at ``address``."""
    item = builder.load(address)
    return builder.icmp_signed("!=", item, ir.Constant(item.type, 0)) if dtype == "bool" else item


def store(builder: ir.IRBuilder, item: Any, address: Any, dtype: str) -> None:
    """Write an item, held as ``dtype``, to ``address``."""
    builder.store(builder.zext(item, stored("bool")) if dtype == "bool" else item, address)


def cast(builder: ir.IRBuilder, item: Any, source: str, target: str) -> Any:
    """An item of type ``source`` as one of type ``target``."""
    if source == target:
        return item
    to = held(target)
    if target == "bool":
        zero = literal(0, source)
        compare = builder.fcmp_unordered if is_float(source) else builder.icmp_signed
        return compare("!=", item, zero)
    if is_float(source):
        if not is_float(target):
            return builder.fptosi(item, to)
        return builder.fpext(item, to) if target == "float64" else builder.fptrunc(item, to)
    if is_float(target):
        return (builder.uitofp if source == "bool" else builder.sitofp)(item, to)
    if item.type.width < to.width:
        return (builder.zext if source == "bool" else builder.sext)(item, to)
    return builder.trunc(item, to)
