"""Sums over the products of each geo."""

import numpy as np

from mmm.experiments.regions import by_region, region_names


def test_products_of_a_geo_are_added_up_in_the_order_of_the_panel():
    cells = ("south | tea", "north | tea", "south | milk")
    values = np.array([[1.0, 2.0, 4.0], [10.0, 20.0, 40.0]])
    assert region_names(cells) == ("south", "north")
    np.testing.assert_array_equal(by_region(cells, values), [[5.0, 2.0], [50.0, 20.0]])
    np.testing.assert_array_equal(by_region(("a", "b"), values[0, :2]), [1.0, 2.0])
