"""Arithmetic of known whole numbers while code is written: shapes cost nothing at run time."""

from collections.abc import Callable, Sequence

from pytensor.scalar.basic import ScalarOp

from mmm.inference.native.lengths import Assumptions, Length

_COMPARE: dict[str, Callable[[int], bool]] = {
    "LT": lambda sign: sign < 0,
    "LE": lambda sign: sign <= 0,
    "GT": lambda sign: sign > 0,
    "GE": lambda sign: sign >= 0,
    "EQ": lambda sign: sign == 0,
    "NEQ": lambda sign: sign != 0,
}


def symbolic(
    op: ScalarOp, items: Sequence[Length | None], assumptions: Assumptions
) -> Length | None:
    """The result of ``op``, whose result is a whole number, as a length; None where it is none."""
    name = type(op).__name__
    if name == "Switch" and items[0] is not None:
        return items[1] if assumptions.sign(items[0]) else items[2]
    known = [item for item in items if item is not None]
    if len(known) < len(items):
        return None
    first, *rest = known
    if name in _COMPARE:
        return Length.of(int(_COMPARE[name](assumptions.sign(first - rest[0]))))
    match name:
        case "Add" | "Mul":
            for item in rest:
                first = first + item if name == "Add" else first * item
            return first
        case "Sub":
            return first - rest[0]
        case "Neg":
            return -first
        case "Cast" | "Identity":
            return first
        case "Maximum" | "Minimum":
            larger = assumptions.sign(first - rest[0]) >= 0
            return first if larger == (name == "Maximum") else rest[0]
        case "AND" | "OR":
            met = [assumptions.sign(item) != 0 for item in known]
            return Length.of(int(all(met) if name == "AND" else any(met)))
        case "Sign":
            return Length.of(assumptions.sign(first))
        case "Abs":
            return first * assumptions.sign(first)
        case "IntDiv":
            return assumptions.quotient(first, rest[0])
        case _:
            return None
