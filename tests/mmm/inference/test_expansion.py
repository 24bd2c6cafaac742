"""Quantities of many draws at once are those of each draw alone, by PyMC's own function."""

import numpy as np
import pytest

from mmm.inference.expansion import CHUNK, Expansion
from mmm.inference.native.graph import blocks_of
from mmm.model.build import build_collapsed, build_model
from tests.mmm.fakes import RICH, TINY, fake_model


@pytest.mark.parametrize("build", [build_collapsed, build_model])
@pytest.mark.parametrize(("document", "geos"), [(TINY, 1), (RICH, 1), (RICH, 3)])
def test_every_quantity_is_that_of_its_own_draw(document, geos, build) -> None:
    model = build(fake_model(document, geos=geos).design)
    blocks = blocks_of(model)
    rng = np.random.default_rng(4)
    points = 0.3 * rng.standard_normal((CHUNK + 3, blocks[-1].stop))  # more than one piece
    expansion = Expansion(model, blocks)
    found, dims = expansion(points), expansion.dims()
    quantities = [*model.free_RVs, *model.deterministics]
    alone = model.compile_fn(model.replace_rvs_by_values(quantities), mode="FAST_COMPILE")
    for draw in (0, CHUNK, CHUNK + 2):
        named = {
            block.name: points[draw, block.start : block.stop].reshape(block.shape)
            for block in blocks
        }
        for item, value in zip(quantities, alone(named), strict=True):
            np.testing.assert_allclose(found[item.name][draw], value, rtol=1e-12, atol=1e-12)
            assert len(dims[item.name]) == np.ndim(value)
    assert found.keys() == dims.keys() == {item.name for item in quantities}


def test_a_draw_without_finite_parameters_is_refused() -> None:
    model = build_collapsed(fake_model(TINY).design)
    blocks = blocks_of(model)
    with np.errstate(over="ignore"), pytest.raises(ArithmeticError, match="no finite parameters"):
        Expansion(model, blocks)(np.full((2, blocks[-1].stop), 1e4))
