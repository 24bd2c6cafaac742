"""Linear programs on which a solver may stumble."""

import numpy as np
from scipy.sparse import csr_array

from optimizer.constraints.linear_program import LinearRows, maximise_minimum

NEARLY_EQUAL = [
    [
        0.9743692958542856,
        0.9760074372092303,
        0.9137268619299073,
        0.8417068269750463,
        0.9594004422152155,
    ],
    [0.9604145073545538, 1.0, 0.9616821527945196, 0.9565834555612964, 0.6457587440755223],
    [
        0.9425372946381767,
        0.9704504469107386,
        0.9625915089322298,
        0.9415925695119043,
        0.8613451636746245,
    ],
    [
        0.9550634862184032,
        0.9550639098435314,
        0.9550638914853596,
        0.9550636961329948,
        0.955063754964733,
    ],
    [
        0.9550637684262416,
        0.9550638175924707,
        0.9550638173543466,
        0.955063749925435,
        0.9550638251110203,
    ],
]
HEIGHTS = [
    4.33212794798032,
    4.420139670853789,
    4.355290637255625,
    4.349809519214524,
    4.349809753583256,
]
TOTAL = 4.554455445544555
LOWER = [1.2871287128712872, 0.0, 0.0, 0.0, 0.0]
UPPER = [
    3.1537046831683173,
    2.286176287128713,
    2.665052445544555,
    1.8220128811881195,
    1.0505145287128714,
]


def test_planes_that_nearly_agree_have_a_highest_minimum() -> None:
    """Slopes and heights that differ in the seventh digit, as near the end of a search."""
    planes = LinearRows(csr_array(-np.array(NEARLY_EQUAL)), np.array(HEIGHTS))
    nothing = LinearRows(csr_array((0, 5)), np.empty(0))
    total = LinearRows(csr_array(np.ones((1, 5))), np.array([TOTAL]))
    lower, upper = np.array(LOWER), np.array(UPPER)
    height, x, shares = maximise_minimum(planes, nothing, total, lower, upper)
    np.testing.assert_allclose(x.sum(), TOTAL, rtol=1e-9)
    assert ((lower - 1e-9 <= x) & (x <= upper + 1e-9)).all()
    np.testing.assert_allclose((planes.matrix @ x + planes.bound).min(), height, atol=1e-8)
    mixed = shares @ planes.matrix.toarray()
    best = np.sort(mixed)[::-1]  # no plan does better on the mixture that the shares name
    order = np.argsort(-mixed)
    left, most = TOTAL - lower.sum(), shares @ planes.bound + mixed @ lower
    for slope, cell in zip(best, order, strict=True):
        step = min(left, upper[cell] - lower[cell])
        most, left = most + slope * step, left - step
    np.testing.assert_allclose(height, most, atol=1e-7)
