"""Instructions for PyTensor's scalar operations."""

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from pytensor.graph.basic import Constant
from pytensor.scalar import basic as scalar
from pytensor.scalar.basic import Composite, ScalarOp

from mmm.inference.native.externals import declared
from mmm.inference.native.kinds import DOUBLE, cast, common, is_float, literal

FAST = ("contract", "nsz")
"""What may be done to floating-point numbers: a product and a sum in one step; zero has no sign."""

type Builder = ir.IRBuilder
type Emit = Callable[[Builder, Sequence[Any], str], Any]


def emit(op: ScalarOp, builder: Builder, items: Sequence[Any], kinds: Sequence[str]) -> list[Any]:
    """The results of ``op`` for items of the types ``kinds``, in registers.

    Raises NotImplementedError for an operation without code.
    """
    if isinstance(op, Composite):
        return _composite(op, builder, items, kinds)
    (result,) = op.output_types([scalar.get_scalar_type(kind) for kind in kinds])
    target = result.dtype
    name = type(op).__name__
    if isinstance(op, scalar.Cast | scalar.Identity):
        return [cast(builder, items[0], kinds[0], target)]
    if isinstance(op, scalar.Switch):
        condition = cast(builder, items[0], kinds[0], "bool")
        chosen = [
            cast(builder, item, kind, target)
            for item, kind in zip(items[1:], kinds[1:], strict=True)
        ]
        return [builder.select(condition, *chosen)]
    if isinstance(op, scalar.IsNan):
        return [builder.fcmp_unordered("uno", items[0], items[0])]
    if isinstance(op, scalar.IsInf):
        size = _abs(builder, items, kinds[0])
        return [builder.fcmp_ordered("==", size, literal(float("inf"), kinds[0]))]
    if name in _COMPARE:
        return [_compared(builder, _COMPARE[name], items, kinds)]
    if name not in _CODE:
        raise NotImplementedError(f"the scalar operation {op}")
    given = "float64" if name in _OF_DOUBLES and not is_float(target) else target
    converted = [cast(builder, item, kind, given) for item, kind in zip(items, kinds, strict=True)]
    return [cast(builder, _CODE[name](builder, converted, given), given, target)]


def _composite(
    op: Composite, builder: Builder, items: Sequence[Any], kinds: Sequence[str]
) -> list[Any]:
    found = dict(zip(op.fgraph.inputs, zip(items, kinds, strict=True), strict=True))
    for node in op.fgraph.toposort():
        for variable in node.inputs:
            if isinstance(variable, Constant):
                dtype = variable.type.dtype
                found[variable] = (literal(variable.data, dtype), dtype)
        given = [found[variable] for variable in node.inputs]
        results = emit(node.op, builder, [item for item, _ in given], [kind for _, kind in given])
        for variable, result in zip(node.outputs, results, strict=True):
            found[variable] = (result, variable.type.dtype)
    return [found[variable][0] for variable in op.fgraph.outputs]


def _compared(builder: Builder, sign: str, items: Sequence[Any], kinds: Sequence[str]) -> Any:
    kind = common(*kinds)
    one, other = (cast(builder, item, own, kind) for item, own in zip(items, kinds, strict=True))
    if is_float(kind):
        compare = builder.fcmp_unordered if sign == "!=" else builder.fcmp_ordered
        return compare(sign, one, other)
    return (builder.icmp_unsigned if kind == "bool" else builder.icmp_signed)(sign, one, other)


def _folded(of_floats: str, of_integers: str) -> Emit:
    """An operation of any number of items, two at a time."""

    def code(builder: Builder, items: Sequence[Any], kind: str) -> Any:
        total = items[0]
        for item in items[1:]:
            if is_float(kind):
                total = getattr(builder, of_floats)(total, item, flags=FAST)
            else:
                total = getattr(builder, of_integers)(total, item)
        return total

    return code


def _by_name(name: str) -> Emit:
    """A function of one or more doubles of the C library, or an intrinsic of LLVM."""

    def code(builder: Builder, items: Sequence[Any], _kind: str) -> Any:
        kind = ir.FunctionType(DOUBLE, [DOUBLE] * len(items))
        return builder.call(declared(builder.module, name, kind), items)

    return code


_exp, _log1p, _expm1, _log = (
    _by_name("llvm.exp.f64"),
    _by_name("log1p"),
    _by_name("expm1"),
    _by_name("llvm.log.f64"),
)


def _number(value: float) -> ir.Constant:
    return ir.Constant(DOUBLE, value)


def _sigmoid(builder: Builder, items: Sequence[Any], kind: str) -> Any:
    grown = _exp(builder, [builder.fneg(items[0])], kind)
    return builder.fdiv(_number(1.0), builder.fadd(_number(1.0), grown))


def _softplus(builder: Builder, items: Sequence[Any], kind: str) -> Any:
    """log(1 + e^x) = max(x, 0) + log1p(e^-|x|)."""
    (x,) = items
    size = builder.call(declared(builder.module, "llvm.fabs.f64", _ONE), [x])
    rest = _log1p(builder, [_exp(builder, [builder.fneg(size)], kind)], kind)
    positive = builder.select(builder.fcmp_ordered("<", x, _number(0.0)), _number(0.0), x)
    return builder.fadd(positive, rest)


def _log1mexp(builder: Builder, items: Sequence[Any], kind: str) -> Any:
    (x,) = items
    near = _log(builder, [builder.fneg(_expm1(builder, [x], kind))], kind)
    far = _log1p(builder, [builder.fneg(_exp(builder, [x], kind))], kind)
    return builder.select(builder.fcmp_ordered(">", x, _number(-0.6931471805599453)), near, far)


def _sign(builder: Builder, items: Sequence[Any], kind: str) -> Any:
    (x,) = items
    zero, one, minus = (literal(value, kind) for value in (0, 1, -1))
    above, below = (_compared(builder, sign, [x, zero], [kind, kind]) for sign in "><")
    same = x if is_float(kind) else zero  # NaN stays NaN
    return builder.select(above, one, builder.select(below, minus, same))


def _abs(builder: Builder, items: Sequence[Any], kind: str) -> Any:
    (x,) = items
    if is_float(kind):
        return builder.call(declared(builder.module, "llvm.fabs.f64", _ONE), [x])
    return builder.select(
        _compared(builder, "<", [x, literal(0, kind)], [kind, kind]), builder.neg(x), x
    )


def _extreme(sign: str) -> Emit:
    """The larger or smaller of two; NaN where either is."""

    def code(builder: Builder, items: Sequence[Any], kind: str) -> Any:
        one, other = items
        chosen = builder.select(_compared(builder, sign, [one, other], [kind, kind]), one, other)
        if not is_float(kind):
            return chosen
        return builder.select(builder.fcmp_unordered("uno", one, one), one, chosen)

    return code


def _floored(builder: Builder, items: Sequence[Any], kind: str) -> Any:
    """Quotient of whole numbers, rounded down."""
    one, other = items
    if is_float(kind):
        quotient = builder.fdiv(one, other)
        return builder.call(declared(builder.module, "llvm.floor.f64", _ONE), [quotient])
    quotient, rest = builder.sdiv(one, other), builder.srem(one, other)
    zero = ir.Constant(rest.type, 0)
    below = builder.and_(
        builder.icmp_signed("!=", rest, zero),
        builder.icmp_signed("<", builder.xor(rest, other), zero),
    )
    return builder.sub(quotient, builder.zext(below, rest.type))


def _rest(builder: Builder, items: Sequence[Any], kind: str) -> Any:
    """What division, rounded down, leaves."""
    one, other = items
    quotient = _floored(builder, items, kind)
    if is_float(kind):
        return builder.fsub(one, builder.fmul(quotient, other))
    return builder.sub(one, builder.mul(quotient, other))


def _clip(builder: Builder, items: Sequence[Any], kind: str) -> Any:
    x, low, high = items
    raised = builder.select(_compared(builder, "<", [x, low], [kind, kind]), low, x)
    return builder.select(_compared(builder, ">", [raised, high], [kind, kind]), high, raised)


_ONE = ir.FunctionType(DOUBLE, [DOUBLE])
_COMPARE = {"LT": "<", "GT": ">", "LE": "<=", "GE": ">=", "EQ": "==", "NEQ": "!="}
_CODE: dict[str, Emit] = {
    "Add": _folded("fadd", "add"),
    "Sub": _folded("fsub", "sub"),
    "Mul": _folded("fmul", "mul"),
    "AND": _folded("fadd", "and_"),
    "OR": _folded("fadd", "or_"),
    "XOR": _folded("fadd", "xor"),
    "Invert": lambda b, x, _: b.not_(x[0]),
    "TrueDiv": lambda b, x, _: b.fdiv(x[0], x[1], flags=FAST),
    "Reciprocal": lambda b, x, _: b.fdiv(_number(1.0), x[0], flags=FAST),
    "IntDiv": _floored,
    "Mod": _rest,
    "Neg": lambda b, x, kind: b.fneg(x[0]) if is_float(kind) else b.neg(x[0]),
    "Sqr": lambda b, x, kind: (
        b.fmul(x[0], x[0], flags=FAST) if is_float(kind) else b.mul(x[0], x[0])
    ),
    "Abs": _abs,
    "Sign": _sign,
    "Clip": _clip,
    "Second": lambda _b, x, _: x[1],
    "Maximum": _extreme(">"),
    "Minimum": _extreme("<"),
    "Sqrt": _by_name("llvm.sqrt.f64"),
    "Exp": _exp,
    "Expm1": _expm1,
    "Log": _log,
    "Log1p": _log1p,
    "Log1mexp": _log1mexp,
    "Pow": _by_name("llvm.pow.f64"),
    "Sin": _by_name("llvm.sin.f64"),
    "Cos": _by_name("llvm.cos.f64"),
    "Tanh": _by_name("tanh"),
    "Floor": _by_name("llvm.floor.f64"),
    "Ceil": _by_name("llvm.ceil.f64"),
    "ArcTan": _by_name("atan"),
    "Erf": _by_name("erf"),
    "Erfc": _by_name("erfc"),
    "Sigmoid": _sigmoid,
    "Softplus": _softplus,
    "GammaLn": _by_name("prudent_gammaln"),
    "Psi": _by_name("prudent_psi"),
}
_OF_DOUBLES = {
    *("Sqrt", "Exp", "Expm1", "Log", "Log1p", "Log1mexp", "Pow", "Sin", "Cos", "Tanh"),
    *("ArcTan", "Erf", "Erfc", "Sigmoid", "Softplus", "GammaLn", "Psi", "TrueDiv", "Reciprocal"),
}
"""Operations that have code for doubles alone."""
