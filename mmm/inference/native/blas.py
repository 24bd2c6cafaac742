"""Calls of BLAS and LAPACK, which see a matrix by rows as its transpose by columns."""

from typing import Any

from llvmlite import ir

from mmm.inference.native.externals import declared
from mmm.inference.native.kinds import BYTES, DOUBLE, I32
from mmm.inference.native.lengths import Length
from mmm.inference.native.program import Program
from mmm.inference.native.rules import copy_of
from mmm.inference.native.values import ONE, ZERO, View


def by_rows(program: Program, view: View) -> View:
    """A matrix (or matrices) with one axis whose items follow each other."""
    (rows, columns), (down, right) = view.lengths[-2:], view.steps[-2:]
    if (right == ONE or columns == ONE) and (down != ZERO or rows == ONE):
        return view
    if (down == ONE or rows == ONE) and (right != ZERO or columns == ONE):
        return view
    return copy_of(program, view)


def _layout(view: View) -> tuple[str, Length]:
    """How BLAS reads a matrix: N where rows follow each other, else T; and the larger step."""
    (rows, columns), (down, right) = view.lengths[-2:], view.steps[-2:]
    if right == ONE or columns == ONE:
        return "N", (columns if rows == ONE or down == ZERO else down)
    return "T", (rows if columns == ONE or right == ZERO else right)


def gemm(program: Program, left: View, right: View, result: View) -> None:
    """``result`` (by rows) becomes ``left @ right``."""
    (m, k), n = left.lengths[-2:], right.lengths[-1]
    program.require_same(k, right.lengths[-2])
    (left_form, left_step), (right_form, right_step) = _layout(left), _layout(right)
    one, zero = _number(program, 1.0), _number(program, 0.0)
    if n == ONE and (right.steps[-2] != ZERO or k == ONE):
        inner, outer = (k, m) if left_form == "N" else (m, k)
        vector = ONE if k == ONE else right.steps[-2]
        _call(
            program,
            "prudent_dgemv",
            [
                _letter(program, "T" if left_form == "N" else "N"),
                *(_whole(program, x) for x in (inner, outer)),
                one,
                left.address,
                _whole(program, left_step),
                right.address,
                _whole(program, vector),
                zero,
                result.address,
                _whole(program, ONE),
            ],
        )
        return
    _call(
        program,
        "prudent_dgemm",
        [
            _letter(program, right_form),
            _letter(program, left_form),
            *(_whole(program, x) for x in (n, m, k)),
            one,
            right.address,
            _whole(program, right_step),
            left.address,
            _whole(program, left_step),
            zero,
            result.address,
            _whole(program, n),
        ],
    )


def trsm(
    program: Program, matrix: View, result: View, *, lower: bool, unit: bool, transposed: bool
) -> None:
    """``result`` (by rows, or a vector) becomes the solution x of ``matrix x = result``, or of the
    transpose."""
    order = result.lengths[0]
    columns = result.lengths[1] if len(result.lengths) == 2 else ONE
    form, step = _layout(matrix)
    plain = form == "N"
    _call(
        program,
        "prudent_dtrsm",
        [
            _letter(program, "R"),
            _letter(program, "U" if lower == plain else "L"),
            _letter(program, "N" if plain != transposed else "T"),
            _letter(program, "U" if unit else "N"),
            *(_whole(program, x) for x in (columns, order)),
            _number(program, 1.0),
            matrix.address,
            _whole(program, step),
            result.address,
            _whole(program, columns),
        ],
    )


def potrf(program: Program, matrix: View, *, lower: bool) -> Any:
    """The triangle of ``matrix`` that ``lower`` names becomes the root; returns the address of a
    status, which is not 0 where there is none."""
    status = program.main.entry.alloca(I32)
    program.body.store(ir.Constant(I32, 0), status)
    size = _whole(program, matrix.lengths[0])
    form = _letter(program, "U" if lower else "L")
    _call(program, "prudent_dpotrf", [form, size, matrix.address, size, status])
    return status


def _call(program: Program, name: str, arguments: list[Any]) -> None:
    """Call a routine that takes addresses only."""
    given = [program.body.bitcast(argument, BYTES) for argument in arguments]
    kind = ir.FunctionType(ir.VoidType(), [BYTES] * len(given))
    program.body.call(declared(program.module, name, kind), given)


def _letter(program: Program, letter: str) -> Any:
    return _constant(program, ir.Constant(ir.IntType(8), ord(letter)))


def _number(program: Program, value: float) -> Any:
    return _constant(program, ir.Constant(DOUBLE, value))


def _constant(program: Program, item: ir.Constant) -> Any:
    """The address of a constant."""
    name = f"constant {item}"
    found = program.module.globals.get(name)
    if found is None:
        found = ir.GlobalVariable(program.module, item.type, name)
        found.linkage, found.global_constant, found.initializer = "internal", True, item
    return found


def _whole(program: Program, length: Length) -> Any:
    """The address of a length as BLAS reads it."""
    if length.constant is not None:
        return _constant(program, ir.Constant(I32, max(length.constant, 1)))
    entry = program.main.entry
    place = entry.alloca(I32)
    entry.store(entry.trunc(program.main.length(length), I32), place)
    return place
