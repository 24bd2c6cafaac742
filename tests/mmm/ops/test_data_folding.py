"""What data alone decide is computed once; the density stays the same, on other data too."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.traversal import ancestors
from pytensor.tensor.random.op import RandomVariable

from mmm.model.build import build_collapsed
from mmm.ops.data_folding import fold_data_constants
from mmm.ops.evidence import coefficient_evidence
from mmm.ops.media_curve import MediaCurve
from tests.mmm.fakes import fake_model
from tests.mmm.inference.test_code_store import SMALL
from tests.mmm.model.test_graph_and_arrays import MEDIATED

ENOUGH = pt.as_tensor(1e6)


def _model(values: np.ndarray) -> tuple[pm.Model, pt.TensorVariable, pt.TensorVariable]:
    with pm.Model() as model:
        data = pm.Data("data", values)
        center = pm.Data("center", np.array([0.5]))
        x = pm.Normal("x", center * 2.0, 1.0, shape=1)
        plain = -((x * pt.exp(data) - pt.log(data).sum()) ** 2).sum()
        pm.Potential("fit", fold_data_constants(plain))
    return model, plain, x


def test_the_density_is_the_same_and_reads_only_what_was_computed() -> None:
    model, plain, x = _model(np.array([1.0, 2.0, 3.0]))
    found = model["fit"]
    point = np.array([0.3])
    assert np.isclose(found.eval({x: point}), plain.eval({x: point}), rtol=1e-14)
    used = {node.name for node in ancestors([found], blockers=[x]) if _is_data(node)}
    assert used
    assert all(name.startswith("folded_") for name in used)


def test_what_is_computed_in_two_places_is_one_node() -> None:
    with pm.Model() as model:
        data = pm.Data("data", np.array([1.0, 2.0]))
        x = pm.Normal("x")
        pm.Normal("y", fold_data_constants((x * pt.exp(data)).sum()))
        pm.Potential("fit", fold_data_constants((x * pt.exp(data)).mean()))
    nodes = [name for name in model.named_vars if name.startswith("folded_")]
    assert len(nodes) == 1


def test_a_curve_is_evaluated_once_for_its_effect_and_for_the_design() -> None:
    fitted = fake_model(SMALL)
    model = build_collapsed(fitted.design)
    made = [node.owner for node in ancestors([model.logp()]) if node.owner]
    curves = [apply for apply in made if isinstance(apply.op, MediaCurve)]
    exposure = {apply.inputs[0] for apply in curves}
    assert len(curves) > len(exposure) == 1
    assert all(_is_data(node) for node in exposure)


def test_random_variables_keep_their_own_nodes() -> None:
    model, _, x = _model(np.array([1.0, 2.0]))
    assert model.free_RVs == [x]
    assert x in set(ancestors([model["fit"]]))
    assert "center" in {node.name for node in ancestors([x]) if _is_data(node)}


def test_a_second_panel_has_numbers_of_its_own() -> None:
    one, _, _ = _model(np.array([1.0, 2.0]))
    two, _, _ = _model(np.array([1.0, 5.0]))
    folded = [name for name in one.named_vars if name.startswith("folded_")]
    assert folded == [name for name in two.named_vars if name.startswith("folded_")]
    assert any(not np.array_equal(one[n].get_value(), two[n].get_value()) for n in folded)


def test_no_copy_takes_the_place_of_an_observed_mediator() -> None:
    fitted = fake_model(MEDIATED, weeks=40)
    model = build_collapsed(fitted.design)
    inside = {node for node in ancestors([model["kpi"]]) if _is_random(node)}
    assert {"mediator_awareness", "mediator_queries"} <= {node.name for node in inside}
    assert inside <= {*model.basic_RVs}


def test_a_density_of_random_variables_alone_is_left_as_it_is() -> None:
    with pm.Model():
        x = pm.Normal("x")
        density = -(x**2)
        assert fold_data_constants(density) is density


def test_the_short_gradient_is_that_of_the_factorisation() -> None:
    rng = np.random.default_rng(3)
    root = rng.standard_normal((5, 5))
    a, b = pt.dmatrix("a"), pt.dvector("b")
    numbers = {a: np.eye(5) + root @ root.T, b: rng.standard_normal(5)}
    plain = b @ pt.linalg.solve(a, b) - pt.log(pt.linalg.det(a))
    short = coefficient_evidence(a, b, ENOUGH)
    assert np.isclose(short.eval(numbers), plain.eval(numbers), rtol=1e-12)
    for node in (a, b):
        ours, theirs = (pt.grad(value, node).eval(numbers) for value in (short, plain))
        assert np.allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_the_short_gradient_can_be_differentiated_again() -> None:
    a, b = pt.dmatrix("a"), pt.dvector("b")
    numbers = {a: np.array([[2.0, 0.3], [0.3, 1.5]]), b: np.array([0.7, -0.2])}
    curvature = pt.grad(pt.grad(coefficient_evidence(a, b, ENOUGH), b)[0], b).eval(numbers)
    assert np.allclose(curvature, 2.0 * np.linalg.inv(numbers[a])[0], rtol=1e-10)


def test_no_more_is_explained_than_there_is() -> None:
    a, b = np.array([[2.0, 0.3], [0.3, 1.5]]), np.array([0.7, -0.2])
    least = b @ np.linalg.solve(a, b)
    for factor, possible in ((1.001, True), (0.999, False)):
        value = coefficient_evidence(*map(pt.as_tensor, (a, b, factor * least))).eval()
        assert np.isfinite(value) == possible


def _is_data(node: object) -> bool:
    return isinstance(node, SharedVariable) and "RNG" not in str(node)


def _is_random(node: pt.TensorVariable) -> bool:
    return node.owner is not None and isinstance(node.owner.op, RandomVariable)
