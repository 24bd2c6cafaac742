"""The Lagrangian bound: hulls lie above their points, and many cells are proved in seconds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer import allocate
from optimizer.allocation import CertificateKind
from optimizer.certify.lagrangian import concave_hull
from optimizer.search.tabulated import tabulated_case
from optimizer.solve.allocate import case_of
from tests.optimizer.certify.test_global_bound import problem_of, random_plans
from tests.optimizer.weekly_curves import Weekly, weekly_response

heights = st.lists(st.floats(-5.0, 5.0), min_size=2, max_size=25)


@given(heights)
def test_a_hull_is_concave_and_the_least_above_its_points(values):
    x, y = np.arange(len(values), dtype=float), np.array(values)
    corners, tops = concave_hull(x, y)
    slopes = np.diff(tops) / np.diff(corners)
    assert np.all(np.diff(slopes) <= 1e-12)
    assert np.all(np.interp(x, corners, tops) >= y - 1e-12)
    assert np.isin(corners, x).all()
    assert np.array_equal(tops, y[corners.astype(int)])


def repeated(base: Weekly, cells: int) -> Weekly:
    """The curves of a response again and again, each time at another height."""
    order = np.arange(cells) % len(base.names)
    return replace(
        base,
        names=tuple(f"cell {i}" for i in range(cells)),
        height=base.height[:, order] * np.linspace(0.5, 1.5, cells)[None, :, None],
        carry=base.carry[:, order],
        unit=base.unit[:, order],
        half=base.half[:, order],
        power=base.power[:, order],
    )


@pytest.mark.parametrize("objective", ["expected", "mean_cvar"])
def test_sixty_cells_have_a_bound_that_no_plan_passes(objective):
    cells = 60
    base = weekly_response(2, cells=8, draws=150)
    response = repeated(base, cells)
    problem, current = problem_of(cells, objective), np.full(cells, 250.0)
    answer = allocate(problem, response, current)
    assert answer.certificate.kind is CertificateKind.GLOBAL
    assert answer.certificate.gap is not None
    assert answer.certificate.gap <= 2e-3
    bound = answer.certificate.upper_bound
    assert bound is not None
    search = case_of(problem, response, current).search
    for plan in random_plans(cells, 250.0 * cells, 200):
        value = search.evaluate(0.7 * answer.spend + 0.3 * plan).value
        assert value <= bound


def test_tables_lie_close_to_the_curves():
    response = weekly_response(7, cells=5, draws=60)
    case = case_of(problem_of(5), response, np.full(5, 250.0))
    table = tabulated_case(case)
    assert table is not None
    for plan in random_plans(5, 1250.0, 50):
        exact = case.search.gain.draws(plan)
        scale = np.abs(exact).mean()
        assert np.abs(table.search.gain.draws(plan) - exact).max() < 5e-3 * scale
    plan = random_plans(5, 1250.0, 1)[0]
    slope, step = table.search.gain.slope(plan), 1e-4
    for cell in range(5):
        moved = np.eye(5)[cell] * step
        change = table.search.gain.draws(plan + moved) - table.search.gain.draws(plan - moved)
        np.testing.assert_allclose(slope[:, cell], change / (2 * step), rtol=1e-4, atol=1e-6)
