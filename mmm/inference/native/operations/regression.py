"""The evidence of a regression, by the formulas of ``mmm.ops.evidence``."""

from collections.abc import Callable

from pytensor.graph.basic import Apply
from pytensor.scalar import basic as scalar

from mmm.inference.native.kinds import literal, load
from mmm.inference.native.loops import Formula, added, copy, reduce, write_each
from mmm.inference.native.operations.items import COMBINE, applied, broadcast
from mmm.inference.native.operations.matrices import multiplied
from mmm.inference.native.operations.own import call_loop
from mmm.inference.native.program import Program
from mmm.inference.native.rules import as_source, as_view, shifted, write
from mmm.inference.native.values import ZERO, Uniform, Value, View
from mmm.ops.evidence import RegressionEvidence, RegressionEvidenceGradient

type Term = Formula | View | Uniform


@write.register
def _evidence(_op: RegressionEvidence, node: Apply, program: Program) -> list[Value]:
    """f, A^-1, eta and e."""
    x, r = (as_view(program, program.value(variable)) for variable in node.inputs[:2])
    v = _number(program, program.value(node.inputs[2]))
    inverse = _array(program, _over(multiplied(program, x, x.arranged([1, 0])), v))
    one = Uniform(literal(1.0, "float64"), "float64", x.lengths[:1])
    write_each(program, added(one, "float64"), _diagonal(program, inverse), updates=True)
    log_det = program.allocate("float64", ())
    call_loop(program, "prudent_inverse", [inverse, log_det], x.lengths[:1])
    projected = _array(program, _over(multiplied(program, x, r.arranged([0, "x"])), v))
    eta = multiplied(program, inverse, projected).arranged([0])
    fitted = multiplied(program, eta.arranged(["x", 0]), x).arranged([1])
    rest = _array(program, _minus(r, fitted))
    misfit = _over(_squares(program, rest), v)
    total = _plus(_plus(misfit, _squares(program, eta)), _number(program, log_det))
    return [_register(program, total), inverse, eta, rest]


@write.register
def _evidence_gradient(
    _op: RegressionEvidenceGradient, node: Apply, program: Program
) -> list[Value]:
    """Gradients of f with respect to design, residual and variance."""
    design, variance, *solved, cotangent = (program.value(variable) for variable in node.inputs)
    x, inverse, eta, rest = (as_view(program, value) for value in (design, *solved))
    v, slope = (_number(program, value) for value in (variance, cotangent))
    weight = _register(program, _over(_times(slope, _constant(2.0)), v))
    outer = _times(eta.arranged([0, "x"]), rest.arranged(["x", 0]))
    d_design = _array(program, _times(_minus(multiplied(program, inverse, x), outer), weight))
    d_residual = _array(program, _times(rest, weight))
    surplus = _minus(_diagonal(program, inverse), _constant(1.0))
    net = _minus(_sum(program, surplus), _over(_squares(program, rest), v))
    d_variance = _register(program, _times(_times(weight, net), _constant(0.5)))
    return [d_design, d_residual, d_variance]


def _binary(op: scalar.ScalarOp) -> Callable[[Term, Term], Formula]:
    def formula(one: Term, other: Term) -> Formula:
        """A number goes with an array of any number of axes."""
        first = _formula(one)
        axes = len(first.leaves[0].lengths)
        if isinstance(other, Uniform) and not other.lengths:
            other = other.arranged(["x"] * axes)
        return applied(op, [first, _formula(other)])

    return formula


_plus, _minus, _times, _over = map(_binary, (scalar.add, scalar.sub, scalar.mul, scalar.true_div))


def _formula(term: Term) -> Formula:
    return term if isinstance(term, Formula) else copy(term)


def _constant(value: float) -> Uniform:
    return Uniform(literal(value, "float64"), "float64")


def _array(program: Program, formula: Formula) -> View:
    """The items of ``formula`` in memory."""
    result = program.allocate("float64", broadcast([leaf.lengths for leaf in formula.leaves]))
    write_each(program, formula, result)
    return result


def _register(program: Program, formula: Formula) -> Uniform:
    """The number that a formula of numbers is."""
    leaves = [leaf for leaf in formula.leaves if isinstance(leaf, Uniform)]
    items = [program.register(leaf) for leaf in leaves]
    (item,) = formula.code(program.body, items, [leaf.dtype for leaf in leaves])
    return Uniform(item, "float64")


def _number(program: Program, value: Value) -> Uniform:
    """A single number, in a register."""
    source = as_source(program, value)
    if isinstance(source, Uniform):
        return source
    return Uniform(load(program.body, source.address, source.dtype), source.dtype)


def _sum(program: Program, formula: Formula) -> Uniform:
    lengths = broadcast([leaf.lengths for leaf in formula.leaves])
    total = reduce(program, formula, lengths, range(len(lengths)), COMBINE["Add"], "float64")
    assert isinstance(total, Uniform)
    return total


def _squares(program: Program, view: View) -> Uniform:
    return _sum(program, applied(scalar.sqr, [copy(view)]))


def _diagonal(program: Program, matrix: View) -> View:
    down, right = matrix.steps
    return shifted(program, matrix, ZERO, matrix.lengths[:1], (down + right,))
